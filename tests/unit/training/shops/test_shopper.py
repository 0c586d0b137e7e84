"""The recipe of the public shopper is data, cannot reach leakage, and has learnt nothing."""

import pytest
from training.shops.shopper import LABEL_COLUMN, LEAKAGE, RECIPE

from lambda_fn.scoring.errors import RecipeError
from lambda_fn.scoring.recipe import MinMax, NumberInput, Passthrough, Recipe
from training.synthetic.twin import COLUMNS

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
