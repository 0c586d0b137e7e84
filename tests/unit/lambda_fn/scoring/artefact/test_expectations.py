"""A refusal says what the field should hold."""

import datetime as dt

import pytest

from lambda_fn.scoring.artefact.expectations import ANY_NUMBER, expectation
from lambda_fn.scoring.artefact.recipe import CategoryInput, DateInput, FlagInput, InputField, NumberInput


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (NumberInput(name="a", unit="points", minimum=0, maximum=10), "a number from 0 to 10 (points)"),
        (
            NumberInput(name="a", unit="USD", minimum=0.5, maximum=1e6, integer=True),
            "a whole number from 0.5 to 1,000,000 (USD)",
        ),
        (NumberInput(name="a", unit="rate", minimum=-ANY_NUMBER, maximum=ANY_NUMBER), "a number (rate)"),
        (FlagInput(name="a"), "0, 1, true or false"),
        (CategoryInput(name="a", categories=("x",)), "a text"),
        (
            DateInput(name="a", minimum=dt.date(2000, 1, 1), maximum=dt.date(2100, 1, 1)),
            "a date (YYYY-MM-DD) from 2000-01-01 to 2100-01-01",
        ),
    ],
)
def test_what_a_field_should_hold(field: InputField, expected: str) -> None:
    assert expectation(field) == expected
