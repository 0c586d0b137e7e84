"""What the model cannot take is replaced and noted."""

import numpy as np

from lambda_fn.scoring.columns import MISSING, UNKNOWN, Columns, Layout
from lambda_fn.scoring.imputation import Imputer
from tests import factories

IMPUTER = Imputer(Layout(factories.recipe()))
GOOD = [8.0, 7.0, 180.0, 20.0, 2.0, 1.0, 20_000.0]


def columns(numbers: list[float], code: int = 1) -> Columns:
    return Columns(np.array([numbers]), np.array([[code]], dtype=np.int32))


def test_what_is_missing_is_imputed_and_noted() -> None:
    complete, notes = IMPUTER.complete(columns([8, 7, float("nan"), 20, 2, 1, float("nan")], MISSING))
    assert complete.numbers[0].tolist() == [8, 7, 255, 20, 2, 1, 20_605]
    assert complete.codes[0].tolist() == [1]
    assert notes.of(0) == [
        ("average_order_value", "imputed", "missing; scored as the training default 255"),
        ("last_purchase_date", "imputed", "missing; scored as the training default 2026-06-01"),
        ("shopping_time_of_day", "imputed", "missing; scored as the training default Evening"),
    ]


def test_what_is_beyond_the_training_range_is_clipped_and_noted() -> None:
    complete, notes = IMPUTER.complete(columns([8, 7, 9_000, 20, 2, 1, 20_000]))
    assert complete.numbers[0, 2] == 500
    assert notes.of(0) == [("average_order_value", "clipped", "above the training range; scored as 500")]
    complete, notes = IMPUTER.complete(columns([8, 7, 5, 20, 2, 1, 20_000]))
    assert complete.numbers[0, 2] == 10
    assert notes.of(0) == [("average_order_value", "clipped", "below the training range; scored as 10")]


def test_an_unknown_category_is_scored_as_the_default_and_noted() -> None:
    complete, notes = IMPUTER.complete(columns(GOOD, UNKNOWN))
    assert complete.codes.tolist() == [[1]]
    assert notes.of(0) == [("shopping_time_of_day", "unknown_category", "not seen in training; scored as Evening")]


def test_a_complete_record_has_no_notes() -> None:
    complete, notes = IMPUTER.complete(columns(GOOD))
    assert complete.numbers[0].tolist() == GOOD
    assert notes.of(0) == []


def test_where_missing_is_a_value_it_stays_and_is_noted() -> None:
    keeping = Imputer(Layout(factories.recipe()), "value")
    kept, notes = keeping.complete(columns([8, 7, float("nan"), 90, 2, 1, 20_000], UNKNOWN))
    np.testing.assert_array_equal(kept.numbers[0], [8, 7, np.nan, 50, 2, 1, 20_000])
    assert kept.codes.tolist() == [[UNKNOWN]]
    assert notes.of(0) == [
        ("average_order_value", "missing", "scored as missing"),
        ("ad_views_per_day", "clipped", "above the training range; scored as 50"),
        ("shopping_time_of_day", "unknown_category", "not seen in training; scored as missing"),
    ]
