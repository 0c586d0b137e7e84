"""Periods are stated as two times; those that touch are one."""

import pytest

from training.errors import DataRefused
from training.logged.periods import merged, parse_period, stated_period


def test_a_period_is_two_times_the_start_first() -> None:
    start, end = parse_period("2026-07-01/2026-08-01T02:00:00+02:00")
    assert (start.isoformat(), end.isoformat()) == ("2026-07-01T00:00:00+00:00", "2026-08-01T00:00:00+00:00")


@pytest.mark.parametrize("text", ["2026-07-01", "July/August", "2026-08-01/2026-07-01", "2026-07-01/2026-07-01", "/"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(DataRefused, match="the period: give period-start and period-end as ISO 8601 times"):
        parse_period(text)


def test_a_file_states_its_period_in_its_metadata_or_none() -> None:
    assert stated_period({"period-start": "2026-07-01", "period-end": "2026-08-01"}, "o.csv") == parse_period(
        "2026-07-01/2026-08-01"
    )
    assert stated_period({"owner": "shop"}, "o.csv") is None
    with pytest.raises(DataRefused, match=r"o\.csv: give"):
        stated_period({"period-end": "2026-08-01"}, "o.csv")


def test_periods_that_touch_are_one() -> None:
    found = merged(map(parse_period, ("2026-07-01/2026-08-01", "2026-01-01/2026-02-01", "2026-02-01/2026-03-01")))
    assert found == (parse_period("2026-01-01/2026-03-01"), parse_period("2026-07-01/2026-08-01"))
