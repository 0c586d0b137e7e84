"""What the texts of a column look like."""

import numpy as np
import pandas as pd

from lambda_fn.scoring.artefact.dialect import Dialect
from training.drafting.profile import Profile, profile

DIALECT = Dialect(missing=("", "NA"), decimal_mark=",", thousands_mark=".", dates=("DD.MM.YYYY",))


def of(*cells: str) -> Profile:
    return profile("column", pd.Series(list(cells), dtype="str"), DIALECT)


def test_missing_cells_are_counted_and_no_values() -> None:
    found = of("3", "NA", "", "3", "4,5")
    assert (found.rows, found.known, found.distinct, found.whole) == (5, 3, 2, False)
    assert found.missing_share == 0.4
    assert found.texts.index.tolist() == ["3", "4,5"]
    np.testing.assert_array_equal(found.numbers, [3, np.nan, np.nan, 3, 4.5])


def test_dates_are_days_and_no_numbers() -> None:
    found = of("02.01.1970", "NA", "31.12.1970")
    assert found.numbers is None
    assert found.date_format == "DD.MM.YYYY"
    np.testing.assert_array_equal(found.days, [1, np.nan, 364])


def test_a_few_odd_texts_in_a_hundred_numbers_are_named() -> None:
    several = [str(n) for n in range(60)]
    assert of(*several, *["n/k"] * 3, "?").not_numbers == ("n/k", "?")
    assert of(*["7"] * 2, *["S"] * 60).not_numbers == ()
    one_in_a_hundred = of(*["7"] * 200, "?")
    assert one_in_a_hundred.numbers is not None
    assert np.isnan(one_in_a_hundred.numbers[-1])


def test_an_empty_column_has_neither_values_nor_shares() -> None:
    found = of("", "NA")
    assert (found.known, found.missing_share, found.unique_share, found.covered_by(3)) == (0, 1.0, 0.0, 0.0)
    assert (found.numbers, found.days, found.average_length) == (None, None, 0.0)
