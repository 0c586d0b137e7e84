"""A column that a file lacks is missing in every row, and the others stand where they belong."""

import numpy as np

from lambda_fn.scoring.columns import MISSING, Columns, Layout
from lambda_fn.tables.absent_columns import AbsentColumns
from tests import factories

LAYOUT = Layout(factories.recipe())


def test_what_is_absent_is_missing_and_the_rest_keeps_its_place() -> None:
    absent = AbsentColumns(LAYOUT, ("weekend_shopper", "user_id", "impulse_buying_score"))
    assert absent.present.numeric_names == ("impulse_buying_score", "weekend_shopper")
    filled = absent.filled(Columns(np.array([[8.0, 1.0], [3.0, 0.0]]), np.empty((2, 0), dtype=np.int32)))
    nan = np.nan
    np.testing.assert_array_equal(filled.numbers, [[8, nan, nan, nan, nan, 1, nan], [3, nan, nan, nan, nan, 0, nan]])
    assert filled.codes.tolist() == [[MISSING], [MISSING]]


def test_a_file_with_every_column_is_left_as_it_is() -> None:
    absent = AbsentColumns(LAYOUT, (*LAYOUT.category_names, *LAYOUT.numeric_names))
    columns = Columns(np.zeros((1, 7)), np.zeros((1, 1), dtype=np.int32))
    assert absent.present is LAYOUT
    assert absent.filled(columns) is columns
