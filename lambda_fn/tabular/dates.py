"""ISO 8601 calendar dates -> days since 1970-01-01, for whole columns at once."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from lambda_fn.tabular.cells import Cells
from lambda_fn.tabular.numbers import Bools, Values, parse_digits

_DATE_BYTES: Final = len("2026-11-23")
_HYPHENS: Final = np.uint64(0x0000_2D00_002D_0000)  # in the word "YY-MM-DD"
_BETWEEN: Final = np.uint64(0x0000_FF00_00FF_0000)


def parse_dates(cells: Cells) -> tuple[Values, Bools]:
    """Return days since 1970-01-01 (NaN where missing or not a date), and where the text is no ``YYYY-MM-DD``."""
    lengths = cells.lengths
    year, no_year = parse_digits(cells.tails(drop=6), 4)
    month, no_month = parse_digits(cells.tails(drop=3), 2)
    day, no_day = parse_digits(cells.tails(), 2)
    shaped = (lengths == _DATE_BYTES) & (cells.tails() & _BETWEEN == _HYPHENS)
    shaped &= ~(no_year | no_month | no_day) & (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(shaped, (year - 1) * 12 + month - 1, 0).astype(np.intp)
    first_days = _first_days()
    first = first_days.take(months)
    shaped &= day <= first_days.take(months + 1) - first
    return np.where(shaped, first + day - 1, np.nan), ~shaped & (lengths > 0)


@cache
def _first_days() -> Values:
    """Return the days since 1970-01-01 of the first day of every month from January of the year 1."""
    months = np.arange("0001-01", "10000-02", dtype="datetime64[M]")
    return months.astype("datetime64[D]").astype(np.float64)
