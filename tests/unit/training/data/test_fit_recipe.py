"""A recipe is fitted to the training part only."""

import datetime as dt

import numpy as np
import pytest

from lambda_fn.scoring.artefact.recipe import Bin, CategoryInput, NumberInput
from training.data import fit_recipe
from training.data.prepared import Prepared
from training.errors import DataRefused
from training.offers.synthetic_world import twin_table
from training.shops.public_shopper import public_shopper

SHOP = public_shopper()
RECIPE = SHOP.recipe


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
