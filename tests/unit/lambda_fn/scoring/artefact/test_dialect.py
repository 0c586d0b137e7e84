"""A dialect that contradicts itself, or names no date, is refused."""

import pytest
from pydantic import ValidationError

from lambda_fn.scoring.artefact.dialect import Dialect


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"decimal_mark": ",", "thousands_mark": ","}, "are both ','"),
        ({"true": ("Ja", "1"), "false": ("ja",)}, "ja cannot mean both true and false"),
        ({"dates": ("DD.MM",)}, "'DD.MM' is no date format"),
        ({"dates": ("YYYY-MM-DD-D",)}, "is no date format"),
        ({"column_dates": {"joined": ("HH:MM",)}}, "'HH:MM' is no date format"),
        ({"dates": ()}, "at least 1 item"),
        ({"delimiter": ":"}, "',', ';'"),
    ],
)
def test_a_dialect_that_cannot_be_says_why(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Dialect.model_validate(changes)


@pytest.mark.parametrize("written", ["YYYY-MM-DD", "D/M/YY HH:MM", "DD-MON-YYYY", "YYYYMMDD", "MM/DD/YYYY HH:MM:SS"])
def test_a_date_needs_a_year_a_month_and_a_day(written: str) -> None:
    assert Dialect(dates=(written,)).dates_of("any") == (written,)


def test_a_column_may_have_formats_of_its_own() -> None:
    dialect = Dialect(column_dates={"joined": ("D/M/YYYY",)})
    assert (dialect.dates_of("joined"), dialect.dates_of("left")) == (("D/M/YYYY",), ("YYYY-MM-DD",))
