"""The cells of numbers, flags and dates -> float64, for whole columns at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

import numpy as np

from lambda_fn.csv_io.cells import Cells
from lambda_fn.csv_io.dates import parse_dates
from lambda_fn.csv_io.memo import Memo
from lambda_fn.csv_io.numbers import parse_numbers
from lambda_fn.csv_io.spelling import Spelling
from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.artefact.dialect import ISO_DATE, Dialect
from lambda_fn.scoring.artefact.recipe import DateInput, FlagInput, NumberInput
from lambda_fn.tables.spellings import parser_of

FastReader = Callable[[Cells], tuple[Floats, Bools]]  # (fields, rows) -> values, and which texts to read otherwise


class NumericReader:
    """Reads cells fast where they are surely what they seem; every other text is read once, and remembered.

    ``names``: the fields in the order in which their cells are wanted: those of one way of reading lie together.
    """

    def __init__(
        self, fields: Sequence[NumberInput | FlagInput | DateInput], dialect: Dialect, spelling: Spelling
    ) -> None:
        self._point = spelling.decimal
        self._missing_numbers = _values_of(spelling.missing, self._fast_numbers)
        self._missing_dates = _values_of(spelling.missing, parse_dates)
        words = [word.encode() for word in (*spelling.true, *spelling.false)]
        plain_flags = not _values_of(words, self._fast_numbers)
        ways = [_way(field, dialect, plain_flags=plain_flags) for field in fields]
        slots = [[slot for slot, way in enumerate(ways) if way == wanted] for wanted in ("number", "date", "word")]
        self._numbers, self._dates, self._words = (np.array(each, np.intp) for each in slots)
        self._memos = [Memo(parser_of(field, dialect, spelling)) for field in fields]
        self.names = tuple(fields[slot].name for each in slots for slot in each)

    def values(self, cells: Cells) -> Floats:
        """Return the values, shape (fields, rows): NaN where missing, BAD where a text has none."""
        values = np.empty(cells.starts.shape)
        numbers, dates = len(self._numbers), len(self._numbers) + len(self._dates)
        self._fill(values, self._numbers, cells[:numbers], self._fast_numbers, self._missing_numbers)
        self._fill(values, self._dates, cells[numbers:dates], parse_dates, self._missing_dates)
        for place, slot in enumerate(self._words.tolist(), dates):
            values[slot] = self._memos[slot].values(cells[place])
        return values

    def _fill(self, values: Floats, slots: Indices, cells: Cells, read: FastReader, missing: Sequence[float]) -> None:
        """Write the values of the fields ``slots``, whose cells these are."""
        if not len(slots):
            return
        found, strange = read(cells)
        for value in missing:
            strange |= found == value
        for place in np.flatnonzero(strange.any(axis=1)).tolist():
            left = np.flatnonzero(strange[place])
            found[place, left] = self._memos[slots[place]].values(cells[place][left])
        values[slots] = found

    def _fast_numbers(self, cells: Cells) -> tuple[Floats, Bools]:
        return parse_numbers(cells, self._point)


def _way(field: NumberInput | FlagInput | DateInput, dialect: Dialect, *, plain_flags: bool) -> str:
    """Return how a field's cells are read at first: as numbers, as ISO dates, or each text as a word."""
    if isinstance(field, DateInput):
        return "date" if ISO_DATE in dialect.dates_of(field.name) else "word"
    return "word" if isinstance(field, FlagInput) and not plain_flags else "number"


def _values_of(words: Collection[bytes], read: FastReader) -> list[float]:
    """Return the values that the fast reader would take words for."""
    cells = Cells.of(list(words))
    values, strange = read(Cells(cells.buffer, cells.starts[None, :], cells.ends[None, :]))
    return [value for value in values[~strange].tolist() if not math.isnan(value)]
