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
        if answer.unanswered:
            console.print(f"[yellow]silent[/] vulnerabilities in {lock}: {answer.unanswered} packages NOT CHECKED")
        if checked := answer.asked - answer.unanswered:
            found += _tell(f"vulnerabilities in {lock}: {checked} packages", answer.findings)
        unanswered += answer.unanswered
    found += _tell("insecure code", insecure_code())
    found += _tell("secrets", secrets())
    if unanswered:
        console.print("The package index gave no advisories: run this where it does. STRICT=1 makes that a failure.")
    sys.exit(1 if found or (strict and unanswered) else 0)


def _tell(title: str, findings: tuple[str, ...] | list[str]) -> int:
    console.print(f"{'[red]found[/]' if findings else '[green]clean[/]'}  {title}")
    for finding in findings:
        console.print(f"  {finding}", markup=False)
    return len(findings)


if __name__ == "__main__":
    typer.run(audit)
