"""Hard bounds are decided in one place for every entry point."""

import numpy as np

from lambda_fn.scoring.columns import MISSING, Columns, Layout
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


def test_nothing_is_known_where_every_input_is_missing() -> None:
    numbers = np.array([[np.nan, np.nan], [np.nan, 1.0], [np.nan, np.nan]])
    codes = np.array([[MISSING], [MISSING], [0]], dtype=np.int32)
    assert Columns(numbers, codes).nothing_known().tolist() == [True, False, False]
