"""A spread sample of a table's rows as texts, column by column."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from lambda_fn.csv_io.header import separator_of
from training.errors import DataRefused

MOST_ROWS: Final = 200_000
_CELLS_AT_ONCE: Final = 2_000_000  # as Python texts, before they become a compact block

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
    """Read at most ``most_rows`` rows, evenly spread over the file; raise DataRefused where there is no header.

    ``progress`` is called with the bytes of the file read so far.
    """
    with ExitStack() as open_files:
        raw = open_files.enter_context(path.open("rb"))
        unpacked: Any = open_files.enter_context(gzip.open(raw)) if path.suffix == ".gz" else raw
        text = open_files.enter_context(io.TextIOWrapper(unpacked, encoding=encoding, newline=""))
        lines = csv.reader(_data_lines(text), delimiter=delimiter)
        try:
            sample = _Sample(_header(lines), most_rows)
            for cells in lines:
                if sample.add(cells) and progress:
                    progress(raw.tell())
            return sample.table()
        except csv.Error as error:
            raise DataRefused(f"{path}, line {lines.line_num}: {error}") from error


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
    """Rows that are kept, every ``step``-th; where they become too many, every second one of them is dropped."""

    def __init__(self, header: Sequence[str], most_rows: int) -> None:
        self._header = header
        self._most_rows = most_rows
        self._waiting: list[list[str]] = []
        self._rows_at_once = max(_CELLS_AT_ONCE // len(header), 1)
        self._blocks = [_frame([], header)]
        self._rows = self._misfits = 0
        self._step = 1

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
        self._settle(2 * self._most_rows)
        return True

    def table(self) -> TextTable:
        """Return what was kept."""
        self._settle(self._most_rows)
        return TextTable(pd.concat(self._blocks, ignore_index=True), self._rows, self._step, self._misfits)

    def _settle(self, most: int) -> None:
        self._blocks.append(_frame(self._waiting, self._header))
        self._waiting = []
        while sum(map(len, self._blocks)) > most:
            kept = pd.concat(self._blocks, ignore_index=True)
            self._blocks, self._step = [kept.iloc[::2].reset_index(drop=True)], 2 * self._step


def _frame(rows: Sequence[Sequence[str]], header: Sequence[str]) -> pd.DataFrame:
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    texts = {i: pd.Series(list(cells), dtype="str").str.strip() for i, cells in enumerate(columns)}
    return pd.DataFrame(texts).set_axis(list(header), axis=1)
