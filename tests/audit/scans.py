"""One function a scan. Each returns what a person should read; an empty list is a clean result."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
LOCKS: Final = (
    "tests/requirements.txt",
    "lambda_fn/requirements-api.txt",
    "lambda_fn/requirements-batch.txt",
    "cdk/local/requirements.txt",
)
SHIPPED_AND_RUN: Final = ("lambda_fn", "training", "cdk")
FULL_OF_HASHES: Final = (*LOCKS, "cdk/package-lock.json", "tests/data/artefact_format_1/manifest.json")


class ScanFailed(RuntimeError):
    """A scanner did not do its work; the message is what it said."""


@dataclass(frozen=True)
class Advisories:
    """What the advisory service knows of one lock. pip-audit calls a package that it could not ask about no problem."""

    asked: int
    unanswered: int
    findings: tuple[str, ...]


def advisories(lock: str) -> Advisories:
    """Ask the package index for the known vulnerabilities of every package in a lock. Raises ScanFailed."""
    command = ["-m", "pip_audit", "--progress-spinner=off", "--require-hashes", "--disable-pip", "--format=json"]
    result = _python([*command, "--requirement", lock])
    if not result.stdout:
        raise ScanFailed(result.stderr.strip()[-2000:] or "pip-audit said nothing")
    return read_advisories(json.loads(result.stdout))


def read_advisories(report: dict[str, Any]) -> Advisories:
    """Read pip-audit's JSON."""
    packages = report["dependencies"]
    findings = tuple(
        f"{package['name']} {package['version']}: {found['id']}, fixed in {', '.join(found['fix_versions']) or 'none'}"
        for package in packages
        for found in package.get("vulns", ())
    )
    return Advisories(len(packages), sum("skip_reason" in package for package in packages), findings)


def insecure_code(folders: Sequence[str] = SHIPPED_AND_RUN) -> list[str]:
    """Return bandit's findings, by the rules of pyproject.toml. Raises ScanFailed."""
    command = ["-m", "bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml", "--format", "json"]
    result = _python([*command, *folders])
    if not result.stdout:
        raise ScanFailed(result.stderr.strip()[-2000:])
    report = json.loads(result.stdout)
    return [f"{error['filename']}: {error['reason']}" for error in report["errors"]] + [
        f"{found['filename']}:{found['line_number']}: {found['test_id']} {found['issue_text']}"
        for found in report["results"]
    ]


def secrets(files: Sequence[str] | None = None) -> list[str]:
    """Return what looks like a secret in the tracked files. Raises ScanFailed."""
    scanned = [file for file in files or tracked_files() if file not in FULL_OF_HASHES]
    result = _python(["-m", "detect_secrets.pre_commit_hook", "--json", *scanned])
    if not result.returncode:
        return []
    try:
        report = json.loads(result.stdout)
    except json.JSONDecodeError as error:
        raise ScanFailed((result.stderr or result.stdout).strip()[-2000:]) from error
    found = (finding for findings in report["results"].values() for finding in findings)
    return [f"{finding['filename']}:{finding['line_number']}: {finding['type']}" for finding in found]


def tracked_files() -> list[str]:
    """Return the files that git tracks and that are there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [file for file in listed.split("\0") if file and (ROOT / file).is_file()]


def _python(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
