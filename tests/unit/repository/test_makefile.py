"""What targets do in which order, and that the documentation names targets and commands that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from cdk.local.paths import ROOT
from training.cli.app import app

DOCUMENTS = ("README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
CODE = re.compile(r"`([^`\n]+)`|^ {4}(\S.*)$", re.MULTILINE)


def commands_of(target: str) -> list[str]:
    """Return what a target would run, line by line."""
    asked = ["make", "--dry-run", target, "ENV=dev"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def code_of(document: str) -> list[str]:
    """Return the code that a document shows, in sentences and in blocks."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return [inline or block for inline, block in CODE.findall(text)]


def test_a_deployment_is_asked_for_first_and_older_versions_are_deleted_after_it() -> None:
    steps = [
        found[1]
        for line in commands_of("deploy")
        if (found := re.search(r"(cdk\.ops preflight dev|bin/cdk deploy --all|cdk\.ops prune-versions dev)", line))
    ]
    assert steps == ["cdk.ops preflight dev", "bin/cdk deploy --all", "cdk.ops prune-versions dev"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_name_targets_and_commands_that_exist(document: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    commands = set(getattr(get_command(app), "commands"))  # noqa: B009  # typer's group has them, its base has not
    code = code_of(document)
    named = {target for line in code for target in re.findall(r"(?:^|&& )make ([a-z][a-z-]*)\b(?!=)", line)}
    called = {name for line in code for name in re.findall(r"-m training ([a-z][a-z-]*)", line)}
    assert named - targets == set()
    assert called - commands == set()
    modules = {name for line in code for name in re.findall(r"python -m (cdk[\w.]*|tests\.\w+|console)", line)}
    assert [name for name in modules if not _is_module(name)] == []


def _is_module(name: str) -> bool:
    path = Path(ROOT, *name.split("."))
    return path.with_suffix(".py").exists() or (path / "__main__.py").exists()
