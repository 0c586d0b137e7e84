"""Hard bounds with headroom: what lies outside them is refused, so they must not refuse next year's honest rows."""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

HEADROOM: Final = 10  # times the largest value seen
YEARS_BEFORE: Final = 20
YEARS_AFTER: Final = 10
_EARLIEST: Final = dt.date(1900, 1, 1)
_LATEST: Final = dt.date(2200, 1, 1)


def number_bounds(low: float, high: float) -> tuple[float, float]:
    """Return bounds around the range seen: a round number beyond ten times its ends; 0 where nothing is below it.

    >>> number_bounds(0, 27)
    (0.0, 500.0)
    >>> number_bounds(-3.5, 80)
    (-50.0, 1000.0)
    """
    bottom = -_round_up(HEADROOM * -low) if low < 0 else 0.0
    top = _round_up(HEADROOM * high) if high > 0 else 0.0
    return bottom, max(top, bottom + 1.0) if bottom == top else top


def date_bounds(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """Return bounds around the dates seen: 20 years before the first, 10 after the last, as whole years."""
    earliest = max(dt.date(max(first.year - YEARS_BEFORE, 1), 1, 1), min(_EARLIEST, first.replace(month=1, day=1)))
    latest = min(dt.date(min(last.year + YEARS_AFTER, 9999), 12, 31), max(_LATEST, last.replace(month=12, day=31)))
    return earliest, latest


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, 50 ... that is at least ``value``."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value * (1 - 1e-12))
