"""Bounds, imputation and clipping are decided in one place for every door."""

import numpy as np

from lambda_fn.scoring.columns import MISSING, UNKNOWN, Columns, Layout
from tests import factories

LAYOUT = Layout(factories.recipe())
GOOD = [8.0, 7.0, 180.0, 20.0, 2.0, 1.0, 20_000.0]


def columns(numbers: list[float], code: int = 1) -> Columns:
    return Columns(np.array([numbers]), np.array([[code]], dtype=np.int32))


def faulty(**changes: float) -> list[str]:
    numbers = [changes.get(name, good) for name, good in zip(LAYOUT.numeric_names, GOOD, strict=True)]
    return [LAYOUT.numeric_names[i] for i in np.flatnonzero(LAYOUT.outside(columns(numbers))[0])]


def test_values_within_the_hard_bounds_are_accepted() -> None:
    assert faulty() == []
    assert faulty(impulse_buying_score=0, average_order_value=100_000, weekend_shopper=0) == []
    assert faulty(average_order_value=float("nan")) == []  # missing is not a fault


def test_each_kind_of_fault_is_found() -> None:
    assert faulty(impulse_buying_score=11) == ["impulse_buying_score"]
    assert faulty(impulse_buying_score=4.5) == ["impulse_buying_score"]
    assert faulty(average_order_value=-0.01) == ["average_order_value"]
    assert faulty(average_order_value=float("inf")) == ["average_order_value"]
    assert faulty(ad_views_per_day=float("-inf")) == ["ad_views_per_day"]
    assert faulty(weekend_shopper=0.5) == ["weekend_shopper"]
    assert faulty(last_purchase_date=1e9) == ["last_purchase_date"]


def test_what_is_missing_is_imputed_and_noted() -> None:
    complete, notes = LAYOUT.complete(columns([8, 7, float("nan"), 20, 2, 1, float("nan")], MISSING))
    assert complete.numbers[0].tolist() == [8, 7, 255, 20, 2, 1, 20_605]
    assert complete.codes[0].tolist() == [1]
    assert notes.of(0) == [
        ("average_order_value", "imputed", "missing; scored as the training default 255"),
        ("last_purchase_date", "imputed", "missing; scored as the training default 2026-06-01"),
        ("shopping_time_of_day", "imputed", "missing; scored as the training default Evening"),
    ]


def test_what_is_beyond_the_training_range_is_clipped_and_noted() -> None:
    complete, notes = LAYOUT.complete(columns([8, 7, 9_000, 20, 2, 1, 20_000]))
    assert complete.numbers[0, 2] == 500
    assert notes.of(0) == [("average_order_value", "clipped", "above the training range; scored as 500")]
    complete, notes = LAYOUT.complete(columns([8, 7, 5, 20, 2, 1, 20_000]))
    assert complete.numbers[0, 2] == 10
    assert notes.of(0) == [("average_order_value", "clipped", "below the training range; scored as 10")]


def test_an_unknown_category_is_scored_as_the_default_and_noted() -> None:
    complete, notes = LAYOUT.complete(columns(GOOD, UNKNOWN))
    assert complete.codes.tolist() == [[1]]
    assert notes.of(0) == [("shopping_time_of_day", "unknown_category", "not seen in training; scored as Evening")]


def test_a_complete_record_has_no_notes() -> None:
    complete, notes = LAYOUT.complete(columns(GOOD))
    assert complete.numbers[0].tolist() == GOOD
    assert notes.of(0) == []
