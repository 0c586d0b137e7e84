"""`draft`, `schema` and `score` on the command line: what is asked, what is printed, what is written."""

import json
from pathlib import Path

import pytest

from lambda_fn.registry import Artefact
from tests import csv_files, factories
from tests.command_line import ask, invoke
from tests.data import sessions
from training.release import package
from training.shops.schema import shop_schema


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(sessions.integer_codes_and_no_id().data)
    return path


def test_a_draft_is_written_its_questions_printed_with_their_lines_and_the_next_commands_named(
    table: Path, tmp_path: Path
) -> None:
    out = tmp_path / "shop.yaml"
    stdout, stderr = ask("draft", "--data", table, "--label", "Revenue", "--abandoned", "FALSE", "--out", out)
    assert stdout == str(out)
    lines = out.read_text(encoding="utf-8").splitlines()
    line = next(place for place, text in enumerate(lines, 1) if "id: row" in text)
    said = stderr.replace(" ", "")  # the console wraps long paths
    assert f"shop.yaml:{line}:nocolumnistheid" in said
    assert "check--shop" in said
    # And the file is checked without an edit
    ask("check", "--shop", out, "--data", table)


def test_a_file_that_is_there_is_not_replaced_unasked(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "shop.yaml"
    out.write_text("mine")
    draft = ("draft", "--data", table, "--label", "Revenue", "--abandoned", "FALSE", "--out", out)
    _, stderr = invoke(*draft, code=2)
    assert "--force" in stderr
    assert out.read_text() == "mine"
    invoke(*draft, "--force")
    assert out.read_text() != "mine"


def test_a_table_that_cannot_be_drafted_is_told_in_a_sentence_and_nothing_is_written(
    table: Path, tmp_path: Path
) -> None:
    out = tmp_path / "shop.yaml"
    _, stderr = invoke("draft", "--data", table, "--label", "revenue", "--abandoned", "FALSE", "--out", out, code=1)
    assert "there is no column 'revenue'" in stderr
    assert "Traceback" not in stderr
    assert not out.exists()


def test_the_schema_is_printed_as_json() -> None:
    stdout, _ = invoke("schema")
    assert json.loads(stdout) == shop_schema()


def test_a_file_is_scored_and_its_rows_counted(tmp_path: Path) -> None:
    model = package.write(Artefact(*factories.artefact()), tmp_path / "models")
    data = tmp_path / "shoppers.csv"
    data.write_bytes(csv_files.good_file(20) + b"only,three,cells\n")
    out = tmp_path / "out"
    stdout, _ = ask("score", "--model", model, "--data", data, "--out", out, "--as-of", "2026-06-30")
    assert stdout == "21 rows in = 20 scored + 1 rejected"
    assert sorted(path.name for path in out.iterdir()) == ["rejected.csv", "report.json", "scored.csv"]
    _, stderr = invoke("score", "--model", tmp_path / "none", "--data", data, "--out", out, code=1)
    assert "holds no model" in stderr
