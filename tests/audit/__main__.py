"""Run every scan and say what each found: ``python -m tests.audit [--strict]``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from tests.audit.scans import LOCKS, advisories, insecure_code, secrets

console = Console(highlight=False, soft_wrap=True)


def audit(
    strict: Annotated[bool, typer.Option("--strict", help="Fail where the advisory service does not answer.")] = False,
) -> None:
    """Look for known vulnerabilities, insecure code and secrets."""
    found = 0
    unanswered = 0
    for lock in LOCKS:
        answer = advisories(lock)
        found += _tell(f"vulnerabilities in {lock}, {answer.asked - answer.unanswered} packages", answer.findings)
        if answer.unanswered:
            console.print(f"[yellow]not checked[/]: no advisories to be had for {answer.unanswered} more of them")
        unanswered += answer.unanswered
    found += _tell("insecure code", insecure_code())
    found += _tell("secrets", secrets())
    if unanswered:
        console.print("The vulnerability scan is incomplete. Run it where the package index serves advisories.")
    sys.exit(1 if found or (strict and unanswered) else 0)


def _tell(title: str, findings: tuple[str, ...] | list[str]) -> int:
    console.print(f"{'[red]found[/]' if findings else '[green]clean[/]'}  {title}")
    for finding in findings:
        console.print(f"  {finding}", markup=False)
    return len(findings)


if __name__ == "__main__":
    typer.run(audit)
