"""What must hold of the repository's files as a whole."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path

import pytest

from tests.audit.scans import tracked_files

ROOT = Path(__file__).parents[3]
TEXT = [file for file in tracked_files() if not file.endswith((".png", ".csv", ".gz", ".onnx"))]
# Written in halves, so that this file does not find itself.
HOSTS = re.compile(
    "|".join(("pythonhosted" + r"\.org", "pypi" + r"\.org", "npmjs" + r"\.(org|com)", "artifact" + "ory"))
)
PLACES = re.compile("|".join((r"/home/\w+/", r"/Users/\w+/", "/ro" + "ot/", "/wo" + "rk/", "/tm" + r"p/\w")))


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {file: (ROOT / file).read_text(encoding="utf-8") for file in TEXT}


def test_no_file_names_the_host_of_a_package_registry(texts: dict[str, str]) -> None:
    # So that a mirror works, and nothing says where it was locked.
    lines = {
        f"{file}: {line.strip()}"
        for file, text in texts.items()
        if file != "LICENSE"
        for line in text.splitlines()
        if HOSTS.search(line)
    }
    assert lines == set()


def test_no_file_names_a_place_on_a_machine(texts: dict[str, str]) -> None:
    lines = {
        f"{file}: {line.strip()}" for file, text in texts.items() for line in text.splitlines() if PLACES.search(line)
    }
    assert lines == set()


def test_no_emoji(texts: dict[str, str]) -> None:
    with_emoji = {file for file, text in texts.items() if any(is_emoji(character) for character in text)}
    assert {file for file in with_emoji if not file.startswith("tests/")} == set()  # tests may need one as data


def is_emoji(character: str) -> bool:
    return ord(character) >= 0x2600 and unicodedata.category(character) == "So"  # above arrows and box drawing


def test_the_scans_above_can_find_something() -> None:
    assert HOSTS.search("https://files.pythonhosted" + ".org/packages/x.whl")
    assert PLACES.search("/home/" + "alice/project")
    assert is_emoji(chr(0x1F680))
    assert not any(is_emoji(character) for character in "é ≥ → ° © ─")


def test_the_changelog_ends_with_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    released = [heading for heading in headings if heading != "Unreleased"]
    assert released[0] == version


def test_the_licence_is_the_one_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
