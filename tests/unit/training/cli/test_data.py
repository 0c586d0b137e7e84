"""`sample` writes the twin."""

from pathlib import Path

from tests.command_line import invoke


def test_sample_writes_the_asked_rows_and_prints_the_path(tmp_path: Path) -> None:
    path = tmp_path / "new" / "twin.csv"
    stdout, stderr = invoke("sample", "--rows", 250, "--seed", 3, "--country", "USA", "--out", path)
    assert stdout == f"{path}\n"
    assert "wrote 250 rows (country USA, seed 3)" in stderr
    assert len(path.read_text().splitlines()) == 251


def test_sample_refuses_an_unknown_country(tmp_path: Path) -> None:
    _, stderr = invoke("sample", "--country", "Atlantis", "--out", tmp_path / "t.csv", code=2)
    assert "choose one of USA, Canada" in stderr.replace("│", "").replace("  ", " ")
