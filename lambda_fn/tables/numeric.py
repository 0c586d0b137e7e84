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
from lambda_fn.scoring.arrays import Bools, Floats
from lambda_fn.scoring.dialect import ISO_DATE, Dialect
from lambda_fn.scoring.recipe import DateInput, FlagInput, NumberInput
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
        self._slots = np.array([slot for each in slots for slot in each], np.intp)
        self._ends = np.cumsum([len(each) for each in slots]).tolist()
        memos = [Memo(parser_of(field, dialect, spelling)) for field in fields]
        self._memos = [memos[slot] for slot in self._slots.tolist()]
        self.names = tuple(fields[slot].name for slot in self._slots.tolist())

    def values(self, cells: Cells) -> Floats:
        """Return the values, shape (fields, rows): NaN where missing, BAD where a text has none."""
        values = np.empty(cells.starts.shape)
        strange = np.ones(cells.starts.shape, dtype=bool)
        numbers, dates, _ = self._ends
        for part, read, missing in (
            (slice(numbers), self._fast_numbers, self._missing_numbers),
            (slice(numbers, dates), parse_dates, self._missing_dates),
        ):
            if part.start != part.stop:
                values[part], strange[part] = read(cells[part])
                for value in missing:
                    strange[part] |= values[part] == value
        for place in np.flatnonzero(strange.any(axis=1)).tolist():
            left = np.flatnonzero(strange[place])
            values[place, left] = self._memos[place].values(cells[place][left])
        ordered = np.empty_like(values)
        ordered[self._slots] = values
        return ordered

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
