"""The rule of which rows count."""

import numpy as np
import pandas as pd

from lambda_fn.scoring.columns import Layout
from tests import factories
from training.data.columns import to_columns
from training.data.load import ID
from training.data.usable import usable_rows

LAYOUT = Layout(factories.recipe())


def table(rows: int) -> pd.DataFrame:
    record = factories.record(last_purchase_date=20_000)
    frame = pd.DataFrame([record | {ID: str(i), "rate": 40.0} for i in range(rows)])
    return frame.astype({"shopping_time_of_day": "category"})


def test_each_fault_is_found_where_it_is_and_one_is_enough() -> None:
    # Given rows with an id that is missing, repeated, a rate that is missing, and scores out of bounds or not whole
    rows = table(7)
    rows.loc[1, ID] = None
    rows.loc[3, ID] = "2"
    rows.loc[4, "rate"] = np.nan
    rows = rows.astype({"impulse_buying_score": float})
    rows.loc[[5, 6], "impulse_buying_score"] = [11.0, 2.5]
    # When they are judged
    found = usable_rows(rows, to_columns(LAYOUT, rows), LAYOUT, "rate")
    # Then each has its own fault, and what is left can be used
    faults = (found.nameless, found.repeated, found.unlabelled, found.outside.any(axis=1))
    assert [np.flatnonzero(fault).tolist() for fault in faults] == [[1], [3], [4], [5, 6]]
    assert np.flatnonzero(found.usable).tolist() == [0, 2]


def test_of_several_rows_of_one_shopper_the_first_counts_though_it_is_faulty() -> None:
    rows = table(2)
    rows[ID] = "same"
    rows.loc[0, "average_order_value"] = -1
    assert not usable_rows(rows, to_columns(LAYOUT, rows), LAYOUT).usable.any()


def test_several_rows_without_an_id_are_not_taken_for_one_shopper() -> None:
    rows = table(2)
    rows[ID] = None
    found = usable_rows(rows, to_columns(LAYOUT, rows), LAYOUT)
    assert (found.nameless.tolist(), found.repeated.tolist()) == ([True, True], [False, False])


def test_a_missing_label_matters_only_where_one_is_asked_for() -> None:
    rows = table(1)
    rows["rate"] = np.nan
    assert usable_rows(rows, to_columns(LAYOUT, rows), LAYOUT).usable.all()
