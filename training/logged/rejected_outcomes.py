"""Rejected rows of outcomes -> CSV, as the batch writes its rejected file, with the file's name in front."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from lambda_fn.csv_io.text import cell
from lambda_fn.tables.rejected_rows import REJECTED_COLUMNS, printable
from training.logged.outcome_rows import WrongRow

REJECTED_FILE: Final = "rejected_outcomes.csv"
HEADER: Final = ",".join(("file", *REJECTED_COLUMNS)).encode() + b"\n"


def to_csv(rows: Iterable[WrongRow]) -> bytes:
    """Return the CSV: file, line, reason (all of them, separated by ``; ``), and the row's text as it came."""
    lines = (
        b"%b,%d,%b,%b\n" % (cell(row.file.encode()), row.line, cell(row.reason.encode()), cell(printable(row.text)))
        for row in rows
    )
    return b"".join((HEADER, *lines))


def write_rejected(rows: Iterable[WrongRow], folder: Path) -> Path | None:
    """Write REJECTED_FILE to a folder and return its path; without rows remove an earlier one, and return None."""
    path, found = folder / REJECTED_FILE, list(rows)
    if not found:
        path.unlink(missing_ok=True)
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_csv(found))
    return path
