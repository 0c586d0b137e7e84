"""Formats of dates are told by all values of a column together."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from lambda_fn.tables.detect_dates import Dates, find_dates

DAYS = [dt.date(2026, 1, 1) + dt.timedelta(day) for day in range(0, 360, 7)]


@pytest.mark.parametrize(
    ("written", "template"),
    [
        ("YYYY-MM-DD", "{0:%Y-%m-%d}"),
        ("YYYY/MM/DD", "{0:%Y/%m/%d}"),
        ("YYYYMMDD", "{0:%Y%m%d}"),
        ("DD.MM.YYYY", "{0:%d.%m.%Y}"),
        ("MM/DD/YYYY", "{0:%m/%d/%Y}"),
        ("D/M/YYYY", "{0.day}/{0.month}/{0.year}"),
        ("M/D/YY", "{0.month}/{0.day}/{0:%y}"),
        ("DD-MON-YYYY", "{0:%d-%b-%Y}"),
        ("MON D, YYYY", "{0:%b} {0.day}, {0.year}"),
        ("YYYY-MM-DDTHH:MM:SS", "{0:%Y-%m-%d}T10:00:00Z"),
    ],
)
def test_a_format_is_told(written: str, template: str) -> None:
    found = find_dates({"seen": Counter(template.format(day) for day in DAYS)})
    assert found == Dates({"seen": (written,)}, ())


def test_a_column_of_two_formats_has_both() -> None:
    texts = Counter([f"{day:%Y-%m-%d}" for day in DAYS] + [f"{day:%d.%m.%Y}" for day in DAYS[:20]])
    assert find_dates({"seen": texts}).formats == {"seen": ("YYYY-MM-DD", "DD.MM.YYYY")}


@pytest.mark.parametrize(
    "texts",
    [
        ["", "0000-00-00"],
        ["12345678", "99999999", "10203040"],  # codes of eight digits
        ["1.2.3", "10.20.30", "4.5.6"],  # versions
        ["Morning", "Evening", "2026-01-01"],
        ["2026-13-01", "2026-02-30"],
    ],
)
def test_what_is_no_column_of_dates_is_none(texts: list[str]) -> None:
    assert find_dates({"column": Counter(texts)}) == Dates({}, ())
