"""The scans of `make audit` that need no network, and that each of them can find something."""

from pathlib import Path

from tests.audit import scans


def test_the_code_has_nothing_insecure() -> None:
    assert scans.insecure_code() == []


def test_no_tracked_file_holds_a_secret() -> None:
    assert scans.secrets() == []


def test_insecure_code_and_secrets_are_found(tmp_path: Path) -> None:
    # Given a file that unpickles what it is given, and holds an AWS key (made up here, so that this file holds none)
    culprit = tmp_path / "culprit.py"
    culprit.write_text(f'import pickle\nKEY = "{"AKIA" + "QWERTYUIOPASDFGH"}"\npickle.loads(b"")\n')
    # When it is scanned, Then both are named with their line
    assert [finding.partition(": ")[2][:4] for finding in scans.insecure_code([str(tmp_path)])] == ["B403", "B301"]
    assert scans.secrets([str(culprit)]) == [f"{culprit}:2: AWS Access Key"]


def test_a_package_without_advisories_does_not_pass_for_one_without_vulnerabilities() -> None:
    # Given what pip-audit reports where the index answers for one of two packages
    vulnerability = {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "aliases": [], "description": ""}
    report = {
        "dependencies": [
            {"name": "jinja2", "version": "2.10", "vulns": [vulnerability]},
            {"name": "numpy", "skip_reason": "Dependency not found on PyPI and could not be audited: numpy (2.4.0)"},
        ],
        "fixes": [],
    }
    # When it is read, Then the unanswered one is counted
    assert scans.read_advisories(report) == scans.Advisories(
        asked=2, unanswered=1, findings=("jinja2 2.10: PYSEC-2019-217, fixed in 2.10.1",)
    )
