"""A column that a file lacks is missing in every row, and the others stand where they belong."""

import datetime as dt

import numpy as np

from lambda_fn.scoring.artefact.recipe import DateInput
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


def test_the_date_of_the_last_offer_is_read_beside_the_inputs_where_the_file_has_it() -> None:
    date = DateInput(name="contacted", minimum=dt.date(2000, 1, 1), maximum=dt.date(2100, 1, 1))
    names = (*LAYOUT.category_names, *LAYOUT.numeric_names)
    without = AbsentColumns(LAYOUT, names, date)
    assert without.present is LAYOUT
    beside = AbsentColumns(LAYOUT, (*names, "contacted"), date)
    assert beside.present.numeric_names == (*LAYOUT.numeric_names, "contacted")
    filled = beside.filled(Columns(np.array([[1.0, 2, 3, 4, 5, 6, 7, 20_600]]), np.array([[2]], dtype=np.int32)))
    assert filled.numbers.tolist() == [[1, 2, 3, 4, 5, 6, 7]]
    assert filled.codes.tolist() == [[2]]
    assert filled.last_offer is not None
    assert filled.last_offer.tolist() == [20_600]
