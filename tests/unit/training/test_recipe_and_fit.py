"""The recipe is data, cannot reach leakage, and learns from the training part only."""

import datetime as dt

import numpy as np
import pytest

from lambda_fn.scoring.errors import RecipeError
from lambda_fn.scoring.manifest import CategoryHistogram, NumberHistogram
from lambda_fn.scoring.recipe import Bin, CategoryInput, MinMax, NumberInput, Passthrough, Recipe
from training.data import fit_recipe
from training.data.histograms import histograms
from training.data.prepare import Prepared
from training.errors import DataRefused
from training.offers.policy_file import read_policy
from training.offers.synthetic_world import twin_table
from training.shops.shopper import LABEL_COLUMN, LEAKAGE, RECIPE
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


def test_the_default_policy_fits_the_recipe_and_names_a_source_for_every_number() -> None:
    policy = read_policy()
    policy.check_against(RECIPE)
    assert policy.choices == ("none", "reminder", "free_shipping", "discount_5", "discount_10", "discount_15")
    assert policy.caution.value == 0.5
    assert len(policy.caution.source) > 100  # argued, not only stated


def test_fitting_fills_in_everything(prepared: Prepared) -> None:
    assert list(prepared.recipe.unfitted()) == []
    inputs = {field.name: field for field in prepared.recipe.inputs}
    age, gender, times = inputs["age"], inputs["gender"], inputs["shopping_time_of_day"]
    assert isinstance(age, NumberInput)
    assert (age.observed_low, age.observed_high) == (18, 80)
    assert age.default == pytest.approx(49, abs=2)
    assert isinstance(gender, CategoryInput)
    assert gender.categories == ("Female", "Male", "Non-binary", "Other")
    assert gender.default in {"Female", "Male"}
    assert isinstance(times, CategoryInput)
    assert times.categories == ("Morning", "Afternoon", "Evening", "Night")  # the natural order, not that of the file


def test_bin_edges_are_thirds_of_the_training_part(prepared: Prepared) -> None:
    tier = next(step for step in prepared.recipe.steps if step.name == "value_tier")
    assert isinstance(tier, Bin)
    assert tier.edges is not None
    spend = prepared.table(prepared.split.train)["monthly_spend"].to_numpy()
    shares = np.bincount(np.searchsorted(tier.edges, spend), minlength=3) / len(spend)
    assert shares == pytest.approx([1 / 3] * 3, abs=0.01)


def test_a_fit_depends_on_no_row_outside_the_training_part() -> None:
    # Given two data sets that agree in the training rows only
    table = twin_table(RECIPE, 1_000, 4, "all")
    train = table.iloc[:600]
    other = table.copy()
    other.loc[600:, "monthly_spend"] = 9_999_999.0
    # When each is fitted, then both recipes are the same
    as_of = dt.date(2027, 1, 1)
    assert fit_recipe.fit(RECIPE, train, as_of) == fit_recipe.fit(RECIPE, other.iloc[:600], as_of)


def test_a_column_of_free_text_is_refused() -> None:
    table = twin_table(RECIPE, 200, 4, "all")
    table["gender"] = np.array([f"g{i}" for i in range(200)])
    table["gender"] = table["gender"].astype("category")
    with pytest.raises(DataRefused, match="'gender' has 200 different texts"):
        fit_recipe.fit(RECIPE, table, dt.date(2027, 1, 1))


def test_histograms_count_every_training_row_and_no_bin_is_empty(prepared: Prepared) -> None:
    columns = prepared.columns(prepared.split.train)
    found = histograms(prepared.layout, columns, prepared.as_of)
    assert set(found) == {field.name for field in prepared.recipe.inputs}
    for name, histogram in found.items():
        assert sum(histogram.counts) == len(columns), name
        if isinstance(histogram, NumberHistogram):
            assert min(histogram.counts) > 0, name
        else:
            assert isinstance(histogram, CategoryHistogram)


def test_unknown_and_missing_categories_are_told_apart(prepared: Prepared) -> None:
    table = prepared.table(prepared.split.holdout[:3]).copy()
    table["gender"] = np.array(["Martian", "Male", None], dtype=object)
    table["gender"] = table["gender"].astype("category")
    columns = fit_recipe.to_columns(prepared.layout, table)
    position = prepared.layout.category_names.index("gender")
    assert columns.codes[:, position].tolist() == [-2, 1, -1]
