"""Drift is a change of the shoppers, not of the calendar, and not of chance."""

import datetime as dt

import numpy as np
import pytest

from lambda_fn.scoring.artefact.manifest import CategoryHistogram, Histogram, NumberHistogram
from lambda_fn.scoring.columns import MISSING, UNKNOWN, Columns, Layout, days_since_epoch
from lambda_fn.scoring.drift import (
    MINIMUM_ROWS,
    InputCounts,
    add_counts,
    count_inputs,
    missing_in_training,
    rises_in_blanks,
    stability_index,
    stability_indices,
)
from tests import factories

RECIPE = factories.recipe()
LAYOUT = Layout(RECIPE)
VALUES = LAYOUT.numeric_names.index("average_order_value")
DATES = LAYOUT.numeric_names.index("last_purchase_date")
EDGES = (100.0, 200.0)


def shoppers(values: list[float], codes: list[int] | None = None) -> Columns:
    numbers = np.ones((len(values), len(LAYOUT.numeric)))
    numbers[:, VALUES] = values
    return Columns(numbers, np.array([codes or [0] * len(values)], dtype=np.int32).T)


def test_equal_distributions_have_an_index_of_zero_whatever_their_size() -> None:
    assert stability_index(np.array([10, 20, 30]), np.array([100, 200, 300])) == pytest.approx(0)


def test_the_index_is_the_formula_worked_out_by_hand() -> None:
    # (0.8 - 0.5) ln(0.8 / 0.5) + (0.2 - 0.5) ln(0.2 / 0.5)
    assert stability_index(np.array([5, 5]), np.array([8, 2])) == pytest.approx(0.41589, abs=1e-5)


def test_an_edge_belongs_to_the_bin_below_it_and_a_missing_value_to_none() -> None:
    histograms = {"average_order_value": NumberHistogram(edges=EDGES, counts=(1, 1, 1))}
    counted = count_inputs(shoppers([100, 100.5, 200, 201, float("nan")]), LAYOUT, histograms, factories.AS_OF)
    assert counted == {"average_order_value": InputCounts(counts=(1, 2, 1), missing=1)}


def test_categories_are_counted_with_any_other_last() -> None:
    histograms = {"shopping_time_of_day": CategoryHistogram(counts=(1, 1, 1, 1))}
    counted = count_inputs(shoppers([1] * 5, [0, 3, 3, UNKNOWN, MISSING]), LAYOUT, histograms, factories.AS_OF)
    assert counted == {"shopping_time_of_day": InputCounts(counts=(1, 0, 0, 2, 1), missing=1)}


def test_shoppers_who_buy_as_often_as_ever_do_not_drift_as_time_goes_by() -> None:
    # Given training a year ago, and shoppers who bought 5, 20 and 60 days before they are scored
    histograms = {"last_purchase_date": NumberHistogram(edges=(7.0, 30.0), counts=(1, 1, 1))}
    a_year_on = factories.AS_OF + dt.timedelta(days=365)
    columns = shoppers([1, 1, 1])
    columns.numbers[:, DATES] = [days_since_epoch(a_year_on) - days for days in (5, 20, 60)]
    # Then they fall in the same bins
    counted = count_inputs(columns, LAYOUT, histograms, a_year_on)
    assert counted["last_purchase_date"].counts == (1, 1, 1)


def test_parts_of_a_file_add_up_to_the_file() -> None:
    histograms = factories.histograms(RECIPE)
    rng = np.random.default_rng(3)
    columns = shoppers(rng.uniform(10, 500, 200).tolist(), rng.integers(-2, 4, 200).tolist())
    whole = count_inputs(columns, LAYOUT, histograms, factories.AS_OF)
    halves = [
        count_inputs(columns.take(rows), LAYOUT, histograms, factories.AS_OF) for rows in np.split(np.arange(200), 2)
    ]
    assert add_counts(halves) == whole


def test_too_few_rows_say_nothing() -> None:
    histograms = {"average_order_value": NumberHistogram(edges=EDGES, counts=(1, 1, 1))}
    few = {"average_order_value": InputCounts(counts=(MINIMUM_ROWS - 1, 0, 0))}
    enough = {"average_order_value": InputCounts(counts=(MINIMUM_ROWS, 0, 0))}
    assert stability_indices(few, histograms) == {}
    assert stability_indices(enough, histograms)["average_order_value"] > 0.2


def test_blanks_rise_against_their_share_in_training_the_largest_first() -> None:
    trained: dict[str, Histogram] = {
        "fell": NumberHistogram(edges=(1.0,), counts=(300, 300), missing=400),
        "rose": CategoryHistogram(counts=(500, 300), other=100, missing=100),
        "unknown": NumberHistogram(edges=(1.0,), counts=(1, 1)),
        "few": NumberHistogram(edges=(1.0,), counts=(1, 1), missing=0),
    }
    counted = {
        "fell": InputCounts(counts=(500, 500), missing=0),
        "rose": InputCounts(counts=(400, 200, 100), missing=300),
        "unknown": InputCounts(counts=(0, 0), missing=1000),
        "few": InputCounts(counts=(0, 0), missing=MINIMUM_ROWS - 1),
    }
    assert list(rises_in_blanks(counted, trained).items()) == [("rose", 0.2), ("fell", -0.4)]
    assert [missing_in_training(histogram) for histogram in trained.values()] == [0.4, 0.1, None, 0.0]


def test_a_file_with_the_blanks_of_training_has_not_drifted() -> None:
    trained = {"shopping_time_of_day": CategoryHistogram(counts=(300, 200, 200, 100), missing=200)}
    alike = {"shopping_time_of_day": InputCounts(counts=(300, 200, 200, 100, 0), missing=200)}
    assert stability_indices(alike, trained) == {"shopping_time_of_day": 0.0}
    assert rises_in_blanks(alike, trained) == {"shopping_time_of_day": 0.0}
