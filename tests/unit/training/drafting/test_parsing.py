"""A draft reads a text as the reader of the table will."""

import numpy as np
import pytest

from lambda_fn.scoring.artefact.dialect import Dialect
from training.drafting.parsing import parse_dates, parse_numbers


def numbers(dialect: Dialect, *texts: str) -> list[float]:
    return [float(value) for value in parse_numbers(np.array(texts, dtype=object), dialect)]


@pytest.mark.parametrize(
    ("dialect", "text", "value"),
    [
        (Dialect(), "-1.5e3", -1500.0),
        (Dialect(), "1,5", None),
        (Dialect(decimal_mark=",", thousands_mark="."), "1.234,5", 1234.5),
        (Dialect(decimal_mark=","), "1.5", None),
        (Dialect(thousands_mark=",", signs=("$",)), "$84,835.00", 84_835.0),
        (Dialect(), "1e999", None),
        (Dialect(), "1_000", None),
        (Dialect(), "Infinity", None),
    ],
)
def test_numbers_are_read_in_the_tables_dialect(dialect: Dialect, text: str, value: float | None) -> None:
    plain = "7"  # so that there is hope of numbers
    found = numbers(dialect, plain, plain, text)[-1]
    assert np.isnan(found) if value is None else found == value


def test_a_column_of_words_is_given_up_after_its_first_texts() -> None:
    assert np.isnan(numbers(Dialect(), "a", "b", "c", "7")).all()


def test_dates_are_days_since_1970_and_what_is_none_is_nan() -> None:
    dialect = Dialect(dates=("YYYY-MM-DD",), column_dates={"seen": ("DD/MM/YYYY",)})
    found = parse_dates(np.array(["02/01/1970", "31/02/1970"], dtype=object), dialect, "seen")
    assert found is not None
    np.testing.assert_array_equal(found[0], [1, np.nan])
    assert found[1] == "DD/MM/YYYY"
    assert parse_dates(np.array(["02/01/1970"], dtype=object), dialect, "left") is None
