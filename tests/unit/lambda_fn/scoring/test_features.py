"""Each operation computes what its docstring says; grouping steps changes nothing."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.scoring.artefact.recipe import Product
from lambda_fn.scoring.columns import MISSING, UNKNOWN, Columns, days_since_epoch
from lambda_fn.scoring.errors import RecipeError
from lambda_fn.scoring.features import FEATURE_LIMIT, FeaturePlan
from tests import factories

PLAN = FeaturePlan(factories.recipe())


def columns(*rows: tuple[list[float], int]) -> Columns:
    return Columns(np.array([numbers for numbers, _ in rows]), np.array([[code] for _, code in rows], dtype=np.int32))


def last_purchase(days_ago: int) -> float:
    return days_since_epoch(factories.AS_OF - dt.timedelta(days=days_ago))


def test_every_operation_gives_the_value_worked_out_by_hand() -> None:
    # Given one shopper: impulse 8, stress 6, order value 300, 20 ad views, 5 clicks, weekend, Night, 30 days ago
    shopper = columns(([8, 6, 300, 20, 5, 1, last_purchase(30)], 3))
    # When
    matrix = PLAN.matrix(shopper, PLAN.values(shopper, factories.AS_OF))
    # Then
    expected = {
        "impulse_scaled": 0.8,
        "stress_scaled": 0.6,
        "stress_index": 0.7,
        "ad_response": 0.25,
        "ad_calm": 1 / 21,
        "composure": 0.4,
        "discount_sensitivity": 0.64,
        "value_tier": 1,  # an edge belongs to the bin below it
        "recency_segment": 1,
        "time_of_day": 3,
        "weekend": 1,
        "hour=Afternoon": 0,
        "hour=Evening": 0,
        "hour=Morning": 0,
        "hour=Night": 1,
    }
    assert PLAN.feature_names == tuple(expected)
    np.testing.assert_allclose(matrix[0], list(expected.values()), rtol=1e-6)
    assert matrix.dtype == np.float32


def test_a_ratio_over_nothing_is_zero() -> None:
    shopper = columns(([5, 5, 100, 0, 5, 0, last_purchase(1)], 0))
    assert PLAN.values(shopper, factories.AS_OF)[PLAN.slots["ad_response"], 0] == 0


@pytest.mark.parametrize("views", [1e-300, 5e-324])
def test_a_ratio_without_bound_is_cut_to_the_feature_limit(views: float) -> None:
    shopper = columns(([5, 5, 100, views, 20, 0, last_purchase(1)], 0))
    matrix = PLAN.matrix(shopper, PLAN.values(shopper, factories.AS_OF))
    assert matrix[0, PLAN.feature_names.index("ad_response")] == np.float32(FEATURE_LIMIT)


def test_a_ratio_without_bound_times_nothing_is_nothing() -> None:
    recipe = factories.recipe()
    exposure = Product(name="exposure", of=("ad_response", "impulse_scaled"))
    plan = FeaturePlan(recipe.model_copy(update={"steps": (*recipe.steps, exposure)}))
    shopper = columns(([0, 5, 100, 5e-324, 20, 0, last_purchase(1)], 0))

    matrix = plan.matrix(shopper, plan.values(shopper, factories.AS_OF))

    assert matrix[0, plan.feature_names.index("exposure")] == 0
    assert np.isfinite(matrix).all()


@pytest.mark.parametrize(
    ("days_ago", "segment"), [(0, 0), (7, 0), (8, 1), (30, 1), (31, 2), (90, 2), (91, 3), (-40, 0)]
)
def test_recency_counts_to_the_as_of_date_and_a_future_purchase_is_today(days_ago: int, segment: int) -> None:
    shopper = columns(([5, 5, 100, 1, 1, 0, last_purchase(days_ago)], 0))
    work = PLAN.values(shopper, factories.AS_OF)
    assert work[PLAN.slots["recency_days"], 0] == max(days_ago, 0)
    assert work[PLAN.slots["recency_segment"], 0] == segment


@pytest.mark.parametrize(
    ("blank", "missing"),
    [
        (0, {"impulse_scaled", "stress_index", "discount_sensitivity"}),
        (2, {"value_tier"}),
        (3, {"ad_response", "ad_calm"}),
        (5, {"weekend"}),
        (6, {"recency_segment"}),
    ],
)
def test_a_step_whose_source_is_missing_is_missing(blank: int, missing: set[str]) -> None:
    numbers = [8, 6, 300, 20, 5, 1, last_purchase(30)]
    known = columns((numbers, 3))
    some = columns(([*numbers[:blank], float("nan"), *numbers[blank + 1 :]], 3))

    matrix = PLAN.matrix(some, PLAN.values(some, factories.AS_OF))

    expected = PLAN.matrix(known, PLAN.values(known, factories.AS_OF))
    expected[0, [PLAN.feature_names.index(name) for name in missing]] = np.nan
    np.testing.assert_array_equal(matrix, expected)


@pytest.mark.parametrize("code", [MISSING, UNKNOWN])
def test_a_missing_category_has_no_position_and_no_column(code: int) -> None:
    numbers = [8, 6, 300, 20, 5, 1, last_purchase(30)]
    shoppers = columns((numbers, 3), (numbers, code))

    matrix = PLAN.matrix(shoppers, PLAN.values(shoppers, factories.AS_OF))

    assert matrix[0, -5:].tolist() == [1, 0, 0, 0, 1]
    assert matrix[1, -4:].tolist() == [0, 0, 0, 0]
    np.testing.assert_array_equal(matrix[:, PLAN.feature_names.index("time_of_day")], [3, np.nan])


def test_a_ratio_over_a_known_zero_is_zero_whatever_is_above_it() -> None:
    shopper = columns(([5, 5, 100, 0, float("nan"), 0, last_purchase(1)], 0))
    assert PLAN.values(shopper, factories.AS_OF)[PLAN.slots["ad_response"], 0] == 0


def test_minmax_clips_and_a_constant_column_is_zero() -> None:
    recipe = factories.recipe()
    steps = [
        step.model_copy(update={"low": 5.0, "high": 5.0}) if step.name == "stress_scaled" else step
        for step in recipe.steps
    ]
    plan = FeaturePlan(recipe.model_copy(update={"steps": tuple(steps)}))
    shopper = columns(([12, 7, 100, 1, 1, 0, last_purchase(1)], 0))
    work = plan.values(shopper, factories.AS_OF)
    assert work[plan.slots["impulse_scaled"], 0] == 1
    assert work[plan.slots["stress_scaled"], 0] == 0


@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 10), min_size=6, max_size=6), st.integers(0, 400), st.integers(0, 3)),
        min_size=1,
        max_size=30,
    )
)
def test_a_row_has_the_same_features_alone_and_among_others(rows: list[tuple[list[int], int, int]]) -> None:
    many = columns(*[([*map(float, numbers), last_purchase(days)], code) for numbers, days, code in rows])
    whole = PLAN.matrix(many, PLAN.values(many, factories.AS_OF))
    for row in range(len(rows)):
        one = many.take(np.array([row]))
        alone = PLAN.matrix(one, PLAN.values(one, factories.AS_OF))
        assert alone.tobytes() == whole[row : row + 1].tobytes()


def test_an_unfitted_recipe_is_refused() -> None:
    recipe = factories.recipe()
    unfitted = recipe.steps[0].model_copy(update={"low": None})
    with pytest.raises(RecipeError, match="impulse_scaled"):
        FeaturePlan(recipe.model_copy(update={"steps": (unfitted, *recipe.steps[1:])}))


def test_one_hot_must_list_the_inputs_categories_in_their_order() -> None:
    recipe = factories.recipe()
    shuffled = recipe.steps[-1].model_copy(update={"categories": ("Night", "Morning", "Evening", "Afternoon")})
    with pytest.raises(RecipeError, match="must list the categories"):
        FeaturePlan(recipe.model_copy(update={"steps": (*recipe.steps[:-1], shuffled)}))
