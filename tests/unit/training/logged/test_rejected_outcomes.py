"""Rejected rows of outcomes as CSV: whatever they hold, a reader of CSV gets it back, and no spreadsheet runs it."""

import csv
from pathlib import Path

from training.logged.outcome_rows import WrongRow
from training.logged.rejected_outcomes import REJECTED_FILE, to_csv, write_rejected

ROWS = (
    WrongRow("july, first.csv", 2, "no id; time is not ISO 8601", b',"a ""b""",5'),
    WrongRow("s3://data/outcomes/x.csv", 12, "no id", b"=1+1,\xe4\0"),
)


def test_a_row_is_its_file_line_reasons_and_text() -> None:
    header, *rows = csv.reader(to_csv(ROWS).decode().splitlines())
    assert header == ["file", "line", "reason", "text"]
    assert rows == [
        ["july, first.csv", "2", "no id; time is not ISO 8601", ',"a ""b""",5'],
        ["s3://data/outcomes/x.csv", "12", "no id", r"'=1+1,\xe4\x00"],
    ]


def test_there_is_a_file_only_where_there_are_rows(tmp_path: Path) -> None:
    folder = tmp_path / "learnt"
    assert write_rejected((), folder) is None
    assert not folder.exists()
    path = write_rejected(ROWS, folder)
    assert path == folder / REJECTED_FILE
    assert path.read_bytes() == to_csv(ROWS)
    # And one of an earlier run does not stay
    assert write_rejected((), folder) is None
    assert list(folder.iterdir()) == []
