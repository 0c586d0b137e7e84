"""Hard bounds of a draft: round, with headroom, and never tighter than what was seen."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.drafting.bounds import date_bounds, number_bounds

NUMBERS = st.floats(-1e12, 1e12, allow_nan=False)


@pytest.mark.parametrize(
    ("low", "high", "bounds"),
    [
        (0, 27, (0, 500)),
        (1, 9, (0, 100)),
        (0, 0.2, (0, 2)),
        (-3.5, 80, (-50, 1000)),
        (-8, -2, (-100, 0)),
        (0, 0, (0, 1)),
        (3, 63_973.5, (0, 1_000_000)),
    ],
)
def test_bounds_are_round_numbers_beyond_what_was_seen(low: float, high: float, bounds: tuple[float, float]) -> None:
    assert number_bounds(low, high) == pytest.approx(bounds)


@given(NUMBERS, NUMBERS)
def test_no_number_that_was_seen_lies_outside(a: float, b: float) -> None:
    low, high = sorted((a, b))
    bottom, top = number_bounds(low, high)
    assert bottom <= low
    assert high <= top


@given(st.dates(), st.dates())
def test_no_date_that_was_seen_lies_outside(a: dt.date, b: dt.date) -> None:
    first, last = sorted((a, b))
    earliest, latest = date_bounds(first, last)
    assert earliest <= first
    assert last <= latest


def test_dates_have_room_for_years_to_come() -> None:
    bounds = date_bounds(dt.date(2025, 3, 1), dt.date(2026, 11, 26))
    assert bounds == (dt.date(2005, 1, 1), dt.date(2036, 12, 31))
