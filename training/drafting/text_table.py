"""A spread sample of a table's rows as texts, column by column."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import pandas as pd

from lambda_fn.csv_io.header import separator_of
from training.errors import DataRefused

MOST_ROWS: Final = 200_000
MOST_CELLS: Final = 16_000_000  # of the sample: 40,000 rows of 400 columns
_CELLS_AT_ONCE: Final = 2_000_000  # as Python texts, before they become a compact block
_BYTES_AT_ONCE: Final = 1 << 20

Progress = Callable[[int], None]


@dataclass(frozen=True)
class TextTable:
    """Rows of one table as texts.

    ``columns``: one text a cell, without the blanks around it.
    ``rows``: rows of the file, of which ``columns`` holds every ``step``-th.
    ``misfits``: rows with more or fewer cells than the header; they are in no sample.
    """

    columns: pd.DataFrame
    rows: int
    step: int
    misfits: int


def read_texts(
    path: Path, *, delimiter: str, encoding: str, progress: Progress | None = None, most_rows: int = MOST_ROWS
) -> TextTable:
    """Read rows evenly spread over the file, at most ``most_rows`` of them and at most about MOST_CELLS cells.

    Raise DataRefused where there is no header. ``progress`` is called with the bytes of the file read so far.
    """
    lines_of_file = _count_lines(path)
    with ExitStack() as open_files:
        raw = open_files.enter_context(path.open("rb"))
        text = open_files.enter_context(io.TextIOWrapper(_unpacked(path, raw), encoding=encoding, newline=""))
        lines = csv.reader(_data_lines(text), delimiter=delimiter)
        try:
            header = _header(lines)
            most = max(min(most_rows, MOST_CELLS // len(header)), 1)
            sample = _Sample(header, step=-(-lines_of_file // most))
            for cells in lines:
                if sample.add(cells) and progress:
                    progress(raw.tell())
            return sample.table()
        except csv.Error as error:
            raise DataRefused(f"{path}, line {lines.line_num}: {error}") from error


def _unpacked(path: Path, raw: BinaryIO) -> Any:
    return gzip.open(raw) if path.suffix == ".gz" else raw


def _count_lines(path: Path) -> int:
    """Return the lines of a file, at least 1. No row is shorter than a line, so there are no more rows than these."""
    feeds = returns = 0
    with path.open("rb") as raw, _unpacked(path, raw) as file:
        while block := file.read(_BYTES_AT_ONCE):
            feeds += block.count(b"\n")
            returns += block.count(b"\r")
    return max(feeds, returns) + 1


def _data_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines from the header on: a first line such as ``sep=;`` is for spreadsheets."""
    first = text.readline()
    if not separator_of(first.rstrip("\r\n")):
        yield first
    yield from text


def _header(lines: Iterator[list[str]]) -> list[str]:
    header = [name.strip() for name in next(lines, [])]
    while header and not header[-1]:
        header.pop()  # trailing empty columns
    if not header:
        raise DataRefused("the first line must name the columns, and is empty")
    return header


class _Sample:
    """Every ``step``-th row, from the first."""

    def __init__(self, header: Sequence[str], step: int) -> None:
        self._header = header
        self._step = step
        self._waiting: list[list[str]] = []
        self._rows_at_once = max(_CELLS_AT_ONCE // len(header), 1)
        self._blocks = [_frame([], header)]
        self._rows = self._misfits = 0

    def add(self, cells: list[str]) -> bool:
        """Take one row in; say whether a block of rows was completed by it."""
        width = len(self._header)
        if not any(cells):
            return False
        if len(cells) < width or any(cells[width:]):
            self._misfits += 1
            return False
        if self._rows % self._step == 0:
            self._waiting.append(cells[:width])
        self._rows += 1
        if len(self._waiting) < self._rows_at_once:
            return False
        self._settle()
        return True

    def table(self) -> TextTable:
        """Return what was kept."""
        self._settle()
        return TextTable(pd.concat(self._blocks, ignore_index=True), self._rows, self._step, self._misfits)

    def _settle(self) -> None:
        self._blocks.append(_frame(self._waiting, self._header))
        self._waiting = []


def _frame(rows: Sequence[Sequence[str]], header: Sequence[str]) -> pd.DataFrame:
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    texts = {i: pd.Series(list(cells), dtype="str").str.strip() for i, cells in enumerate(columns)}
    return pd.DataFrame(texts).set_axis(list(header), axis=1)
