"""The rows of one file of outcomes, as it writes them: cells by column, and lines that are no rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.csv_io.cells import Places
from lambda_fn.csv_io.exact import ExactReader, Row
from lambda_fn.csv_io.grid import Grid, Text
from lambda_fn.csv_io.header import Header, UnusableHeader, find_header
from lambda_fn.scoring.arrays import Bools
from training.errors import DataRefused
from training.logged.sources import SourceFile

NEEDED: Final = ("time", "order_value")
OPTIONAL: Final = ("margin", "sent")


@dataclass(frozen=True)
class WrongRow:
    """A line of a file that is not taken: its number, which counts from 1, all reasons, and its text as it came."""

    file: str
    line: int
    reason: str
    text: bytes


@dataclass(frozen=True)
class OutcomeRows:
    """What a file holds.

    ``cells``: a column a name that is known, a row a whole row of the file; empty cells are missing
    ``faulty``: lines that are no rows
    """

    file: str
    cells: pd.DataFrame
    faulty: Sequence[WrongRow]
    _lines: Places
    _first_line: int
    _text: Text
    _joined: Mapping[int, bytes]

    def __len__(self) -> int:
        return len(self.cells) + len(self.faulty)

    def wrong(self, rows: Bools, reasons: Sequence[str]) -> Iterator[WrongRow]:
        """Yield the marked rows of ``cells``, of shape (n,), with a reason each."""
        for line, reason in zip(self._lines[rows].tolist(), reasons, strict=True):
            text = self._joined.get(line, self._text[line].removesuffix(b"\r"))
            yield WrongRow(self.file, self._first_line + line, reason, text)


def read_rows(file: SourceFile, id_columns: Sequence[str]) -> OutcomeRows:
    """Read a file by the rules of the batch's reader.

    Raise DataRefused, saying what to do, where the file is no CSV, or lacks a column that outcomes need.
    """
    data = file.text()
    header, used = _header(file, data, id_columns)
    body = data[header.first_line :]
    text = Text(body if body.endswith(b"\n") or not body else body + b"\n")
    places = [header.names.index(name) for name in used]
    plain, fields = Grid(len(header.names), np.array(places, np.intp), header.delimiter).find(text)
    others: Bools = np.ones(len(text), bool)
    others[plain] = False
    reader = ExactReader(len(header.names), header.delimiter, _named(header.names))
    found = reader.read(text, np.flatnonzero(others).tolist(), final=True).rows
    inside = [line for row in found for line in range(row.line + 1, row.line + row.lines)]  # of a row of several lines
    kept = ~np.isin(plain, inside)
    whole = [row for row in found if row.fault is None]
    lines = np.concatenate((plain[kept], np.array([row.line for row in whole], np.intp)))
    order = np.argsort(lines, kind="stable")
    cells = {
        name: _column([*fields[place][kept].texts(), *(row.fields[places[place]] for row in whole)], order)
        for place, name in enumerate(used)
    }
    first_line = header.lines + 1
    return OutcomeRows(
        file=file.name,
        cells=pd.DataFrame(cells),
        faulty=[_faulty(file.name, first_line, row) for row in found if row.fault is not None],
        _lines=lines[order],
        _first_line=first_line,
        _text=text,
        _joined={row.line: row.text for row in whole},
    )


def _header(file: SourceFile, data: bytes, id_columns: Sequence[str]) -> tuple[Header, list[str]]:
    """Return a file's header, and those of its columns that are read."""
    try:
        header = find_header([data], (), unpacked=data is not file.data)
    except UnusableHeader as error:
        raise DataRefused(f"{file.name}: {error}") from error
    used = [name for name in (*id_columns, *NEEDED, *OPTIONAL) if name in header.names]
    if not set(used) & set(id_columns) or not set(NEEDED) <= set(used):
        raise DataRefused(
            f"{file.name} needs the columns {', '.join(NEEDED)} and one of {', '.join(id_columns)}, separated by "
            f"commas; it has {', '.join(header.names)}"
        )
    if repeated := [name for name in used if header.names.count(name) > 1]:
        raise DataRefused(f"{file.name}: the header names {', '.join(repeated)} more than once: remove all but one")
    return header, used


def _column(texts: list[bytes], order: Places) -> pd.Series:
    column = pd.Series([text.decode().lstrip(" ") or None for text in texts], dtype="str")
    return column.iloc[order].reset_index(drop=True)


def _faulty(file: str, first_line: int, row: Row) -> WrongRow:
    return WrongRow(file, first_line + row.line, row.fault or "", row.text)


def _named(names: Sequence[str]) -> int:
    """Return how many columns there are without those at the end that have no name."""
    count = len(names)
    while count and not names[count - 1]:
        count -= 1
    return count
