"""A spread sample of a table's rows as texts, column by column."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import pandas as pd

from training.errors import DataRefused

MOST_ROWS: Final = 200_000
_ROWS_AT_ONCE: Final = 20_000
_SEPARATOR_LINE: Final = "sep="

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
    with _opened(path) as (file, place), io.TextIOWrapper(file, encoding=encoding, newline="") as text:
        lines = csv.reader(_data_lines(text), delimiter=delimiter)
        try:
            return _sampled(lines, place, progress or (lambda _: None), most_rows)
        except csv.Error as error:
            raise DataRefused(f"{path}, line {lines.line_num}: {error}") from error


class _opened:
    """A file's bytes, unpacked where its name ends in .gz, and a function that tells how far it was read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> tuple[IO[bytes], Callable[[], int]]:
        self._raw = self._path.open("rb")
        if self._path.suffix == ".gz":
            return gzip.open(self._raw), self._raw.tell  # type: ignore[return-value]  # a GzipFile reads as one does
        return self._raw, self._raw.tell

    def __exit__(self, *_: object) -> None:
        self._raw.close()


def _data_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines from the header on: a first line such as ``sep=;`` is for spreadsheets."""
    first = text.readline()
    if not first.lower().startswith(_SEPARATOR_LINE):
        yield first
    yield from text


def _sampled(lines: Iterator[list[str]], place: Callable[[], int], progress: Progress, most: int) -> TextTable:
    header = [name.strip() for name in next(lines, [])]
    while header and not header[-1]:
        header.pop()  # trailing empty columns
    if not header:
        raise DataRefused("the first line must name the columns, and is empty")
    width, step, rows, misfits = len(header), 1, 0, 0
    kept: list[list[str]] = []
    parts: list[pd.DataFrame] = []
    for cells in lines:
        if not any(cells):
            continue
        if len(cells) != width and (len(cells) < width or any(cells[width:])):
            misfits += 1
            continue
        if rows % step == 0:
            kept.append(cells[:width])
        rows += 1
        if len(kept) == _ROWS_AT_ONCE:
            parts.append(_frame(kept, header))
            kept = []
            progress(place())
            if sum(map(len, parts)) >= 2 * most:  # thin out: every second row of those kept so far
                parts, step = [pd.concat(parts, ignore_index=True).iloc[::2]], 2 * step
    whole = pd.concat([*parts, _frame(kept, header)], ignore_index=True)
    while len(whole) > most:
        whole, step = whole.iloc[::2].reset_index(drop=True), 2 * step
    progress(place())
    return TextTable(whole, rows, step, misfits)


def _frame(rows: Sequence[Sequence[str]], header: Sequence[str]) -> pd.DataFrame:
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    return pd.DataFrame(
        {i: pd.Series(list(cells), dtype="str").str.strip() for i, cells in enumerate(columns)}
    ).set_axis(list(header), axis=1)
