"""The recipe of the public shopper is data, cannot reach leakage, and has learnt nothing."""

import json
from pathlib import Path

import pytest

from lambda_fn.scoring.artefact.recipe import DateInput, MinMax, NumberInput, Passthrough, Recipe
from lambda_fn.scoring.errors import RecipeError
from training.shops.public_shopper import public_shopper
from training.synthetic.twin import COLUMNS

SHOP = public_shopper()
LABEL_COLUMN = SHOP.label.column
LEAKAGE = SHOP.leakage
RECIPE = SHOP.recipe

GROUPS = {
    "engagement",
    "advertising",
    "purchase intent",
    "discount sensitivity",
    "revenue",
    "recency",
    "loyalty and advocacy",
    "stress",
    "shopping regularity",
}


def test_the_recipe_has_the_nine_groups_and_reads_only_columns_of_the_data() -> None:
    assert {step.group for step in RECIPE.steps} == GROUPS | {"demographics", "raw signals"}
    assert {field.name for field in RECIPE.inputs} <= set(COLUMNS)
    assert LABEL_COLUMN in RECIPE.leakage


def test_nothing_in_the_recipe_is_learnt_from_data() -> None:
    unfitted = set(RECIPE.unfitted())
    assert {field.name for field in RECIPE.inputs} <= unfitted
    assert {"normalised_spend", "discount_sensitivity", "value_tier", "gender_is"} <= unfitted


@pytest.mark.parametrize("column", LEAKAGE)
def test_a_leakage_column_is_refused_even_through_a_derived_feature(column: str) -> None:
    leak = NumberInput(name=column, unit="percent", minimum=0, maximum=100)
    hidden = MinMax(name="hidden", source=column, feature=False)
    used = Passthrough(name="innocent", source="hidden")
    with pytest.raises(RecipeError, match=column):
        Recipe(inputs=(*RECIPE.inputs, leak), steps=(*RECIPE.steps, hidden, used), leakage=LEAKAGE)


def test_the_recipe_is_that_of_the_recorded_artefact() -> None:
    # Given an artefact that an earlier release trained by its recipe in Python
    recorded = json.loads((Path(__file__).parents[3] / "data/artefact_format_1/manifest.json").read_text())["recipe"]
    then, now = Recipe.model_validate(recorded), RECIPE
    # Then the shop file names the same inputs and steps, in the same order, with the same bounds and leakage
    assert [(field.name, field.kind) for field in now.inputs] == [(field.name, field.kind) for field in then.inputs]
    assert [(step.name, step.op, step.group) for step in now.steps] == [
        (step.name, step.op, step.group) for step in then.steps
    ]
    assert bounds(now) == bounds(then)
    assert set(now.leakage) == set(then.leakage)


def bounds(recipe: Recipe) -> dict[str, tuple[object, object]]:
    return {
        field.name: (field.minimum, field.maximum)
        for field in recipe.inputs
        if isinstance(field, NumberInput | DateInput)
    }
