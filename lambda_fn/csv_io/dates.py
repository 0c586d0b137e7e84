"""ISO 8601 calendar dates -> days since 1970-01-01, for whole columns at once."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from lambda_fn.csv_io.cells import Cells
from lambda_fn.csv_io.numbers import Bools, Values, parse_digits

_DATE_BYTES: Final = len("2026-11-23")
# Of the first eight bytes, "YYYY-MM-" (little-endian):
_BETWEEN, _HYPHENS = np.uint64(0xFF00_00FF_0000_0000), np.uint64(0x2D00_002D_0000_0000)
_YEAR, _MONTH = np.uint64(0x0000_0000_FFFF_FFFF), np.uint64(0x00FF_FF00_0000_0000)
_DAY: Final = np.uint64(0xFFFF_0000_0000_0000)  # of the last eight, "YY-MM-DD"
_BYTE: Final = np.uint64(8)


def parse_dates(cells: Cells) -> tuple[Values, Bools]:
    """Return days since 1970-01-01 (NaN where missing or not a date), and where the text is no ``YYYY-MM-DD``."""
    lengths = cells.lengths
    heads = cells.heads()
    joined = (heads & _YEAR) | ((heads & _MONTH) >> _BYTE) | (cells.tails() & _DAY)  # YYYYMMDD
    number, strange = parse_digits(joined, 8)
    whole = number.astype(np.intp)
    months = whole // 100
    year = months // 100
    day, month = whole - months * 100, months - year * 100
    dated = (lengths == _DATE_BYTES) & (heads & _BETWEEN == _HYPHENS) & ~strange
    dated &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(dated, year * 12 + month - 13, 0)  # from January of the year 1
    first_days = _first_days()
    first = first_days.take(months)
    dated &= day <= first_days.take(months + 1) - first
    return np.where(dated, first + day - 1, np.nan), ~dated & (lengths > 0)


@cache
def _first_days() -> Values:
    """Return the days since 1970-01-01 of the first day of every month from January of the year 1."""
    months = np.arange("0001-01", "10000-02", dtype="datetime64[M]")
    return months.astype("datetime64[D]").astype(np.float64)
