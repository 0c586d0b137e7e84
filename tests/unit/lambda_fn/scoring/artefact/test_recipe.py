"""The recipe refuses what would make a model wrong, and says which step is at fault."""

from typing import Any

import pytest

from lambda_fn.scoring.artefact.recipe import Recipe
from lambda_fn.scoring.errors import RecipeError
from tests import factories

AGE: dict[str, Any] = {"kind": "number", "name": "age", "unit": "years", "minimum": 0, "maximum": 120}
RATE: dict[str, Any] = {
    "kind": "number",
    "name": "cart_abandonment_rate",
    "unit": "percent",
    "minimum": 0,
    "maximum": 100,
}
SCALED: dict[str, Any] = {"op": "minmax", "name": "age_scaled", "source": "age"}


def build(inputs: list[dict[str, Any]], steps: list[dict[str, Any]], leakage: tuple[str, ...] = ()) -> Recipe:
    return Recipe.model_validate({"inputs": inputs, "steps": steps, "leakage": leakage})


def test_a_leakage_column_is_refused_as_an_input() -> None:
    with pytest.raises(RecipeError, match="input cart_abandonment_rate is declared a leakage column"):
        build([AGE, RATE], [SCALED], leakage=("cart_abandonment_rate",))


def test_a_leakage_column_is_refused_in_a_feature_and_the_feature_is_named() -> None:
    steps = [{"op": "minmax", "name": "habit", "source": "cart_abandonment_rate"}]
    with pytest.raises(RecipeError, match="'habit' is built from cart_abandonment_rate"):
        build([AGE, RATE], steps, leakage=("cart_abandonment_rate",))


def test_a_leakage_column_is_refused_through_a_derived_feature() -> None:
    # Given a chain of steps of which only the first reads the leak
    steps: list[dict[str, Any]] = [
        {"op": "inverse", "name": "first", "source": "purchase_conversion_rate"},
        {"op": "mean", "name": "second", "of": ["first", "age"]},
    ]
    with pytest.raises(RecipeError, match="purchase_conversion_rate"):
        build([AGE], steps, leakage=("purchase_conversion_rate",))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"op": "minmax", "name": "a", "source": "height"}], "reads 'height', which is neither"),
        ([SCALED, SCALED], "'age_scaled' is taken"),
        ([{"op": "passthrough", "name": "age", "source": "age"}], "'age' is taken"),
        ([{"op": "days_since", "name": "a", "source": "age"}], "not a date"),
        ([{"op": "one_hot", "name": "a", "source": "age"}], "not a category"),
        ([{**SCALED, "feature": False}], "no step is a feature"),
        (
            [{"op": "mean", "name": "early", "of": ["age_scaled"]}, SCALED],
            "reads 'age_scaled', which is neither an input nor an earlier step",
        ),
    ],
)
def test_a_contradictory_recipe_is_refused(steps: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        build([AGE], steps)


@pytest.mark.parametrize("edges", [[7, 3], [1], [1, 2, 3]])
def test_bins_need_rising_edges_one_fewer_than_labels(edges: list[float]) -> None:
    step = {"op": "bin", "name": "band", "source": "age", "edges": edges, "labels": ["young", "middle", "old"]}
    with pytest.raises(ValueError, match="rising edges"):
        build([AGE], [step])


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(ValueError, match="does not match any of the expected tags"):
        build([AGE], [{"op": "embed", "name": "a", "source": "age"}])


def test_an_unfitted_recipe_says_what_lacks_a_training_value() -> None:
    assert list(build([AGE], [SCALED]).unfitted()) == ["age", "age_scaled"]
    assert list(factories.recipe().unfitted()) == []


def test_roots_are_followed_through_derived_steps() -> None:
    recipe = factories.recipe()
    assert recipe.roots_of("discount_sensitivity") == {"impulse_buying_score", "stress_from_financial_decisions"}
    assert recipe.roots_of("average_order_value") == {"average_order_value"}


def test_an_input_belongs_to_the_group_of_the_first_step_with_one_that_it_goes_into() -> None:
    inputs = [AGE, {**AGE, "name": "tenure"}, {**AGE, "name": "visits"}]
    steps: list[dict[str, Any]] = [
        {**SCALED, "feature": False},
        {"op": "mean", "name": "maturity", "of": ["age_scaled", "tenure"], "group": "demographics"},
        {"op": "passthrough", "name": "tenure_raw", "source": "tenure", "group": "raw signals"},
        {"op": "passthrough", "name": "visits_raw", "source": "visits"},
    ]
    assert build(inputs, steps).input_groups() == {"age": "demographics", "tenure": "demographics"}


def test_a_recipe_survives_its_json() -> None:
    recipe = factories.recipe()
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe
