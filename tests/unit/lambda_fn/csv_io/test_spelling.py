"""The exact rules of numbers, flags and dates."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io.spelling import Spelling

ENGLISH = Spelling(thousands=b",", signs=(b"$", b"EUR", b"%"), missing=frozenset({b"", b"-", b"999"}))
GERMAN = Spelling(decimal=b",", thousands=b".", true=frozenset({"ja"}), false=frozenset({"nein"}))


@pytest.mark.parametrize(
    ("spelling", "text", "value"),
    [
        (ENGLISH, "$84,835.00 ", 84835.0),
        (ENGLISH, "-$5", -5.0),
        (ENGLISH, "$-5", -5.0),
        (ENGLISH, "5 EUR", 5.0),
        (ENGLISH, "12%", 12.0),
        (ENGLISH, "1,234,567.5", 1234567.5),
        (ENGLISH, "1234.5e-1", 123.45),
        (ENGLISH, " 7 ", 7.0),
        (GERMAN, "1.234,5", 1234.5),
        (GERMAN, "1.234", 1234.0),
        (GERMAN, "-,5", -0.5),
    ],
)
def test_a_number_has_its_value(spelling: Spelling, text: str, value: float) -> None:
    assert spelling.number(text.encode()) == value


@pytest.mark.parametrize(
    "text", ["12,34", "1,2345", "1_000", "0x10", "NaN", "inf", "--5", "-$-5", "$", "1.2.3", "5 USD"]
)
def test_what_is_no_number_has_none(text: str) -> None:
    assert ENGLISH.number(text.encode()) is None


@pytest.mark.parametrize("text", ["", " ", "-", " - ", "999"])
def test_what_is_missing_is_missing(text: str) -> None:
    assert math.isnan(ENGLISH.number(text.encode()) or 0.0)


@pytest.mark.parametrize(
    ("text", "value"), [("JA", 1.0), ("nein", 0.0), (" Ja ", 1.0), ("1", 1.0), ("0", 0.0), ("true", None), ("2", 2.0)]
)
def test_flags_are_told_by_their_words_in_any_case(text: str, value: float | None) -> None:
    assert GERMAN.flag(text.encode()) == value


@given(st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31)), st.sampled_from([
    ("YYYY-MM-DD", "{0:%Y-%m-%d}"), ("DD.MM.YYYY", "{0:%d.%m.%Y}"), ("M/D/YYYY", "{0.month}/{0.day}/{0.year}"),
    ("D/M/YY", "{0.day}/{0.month}/{0:%y}"), ("YYYYMMDD", "{0:%Y%m%d}"), ("DD-MON-YYYY", "{0:%d-%b-%Y}"),
    ("YYYY-MM-DD HH:MM:SS", "{0:%Y-%m-%d} 23:59:59"), ("YYYY-MM-DDTHH:MM:SS", "{0:%Y-%m-%d}T23:59:59.123+01:00"),
    ("DD.MM.YYYY HH:MM", "{0:%d.%m.%Y} 9:05"),
]))  # fmt: skip
def test_a_date_of_any_format_is_its_day(day: dt.date, written: tuple[str, str]) -> None:
    form, template = written
    assert Spelling().dates((form,))(template.format(day).encode()) == (day - dt.date(1970, 1, 1)).days


@pytest.mark.parametrize(
    "text", ["31.02.2026", "2026-02-03", "1.2.2026", "01.13.2026", "01.01.0000", "01.02.26", "\t01.02.2026"]
)
def test_what_the_calendar_or_the_format_does_not_know_is_no_date(text: str) -> None:
    assert Spelling().dates(("DD.MM.YYYY",))(text.encode()) is None
