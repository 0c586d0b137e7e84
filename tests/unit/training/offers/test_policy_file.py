"""A policy file is read and checked."""

from pathlib import Path

import pytest
from training.shops.shopper import RECIPE

from training.errors import TrainingError
from training.offers.policy_file import read_policy


def test_the_default_policy_fits_the_recipe_and_names_a_source_for_every_number() -> None:
    policy = read_policy()
    policy.check_against(RECIPE)
    assert policy.choices == ("none", "reminder", "free_shipping", "discount_5", "discount_10", "discount_15")
    assert policy.caution.value == 0.5
    assert len(policy.caution.source) > 100  # argued, not only stated


def test_a_policy_file_that_cannot_be_used_names_the_field_and_the_fault(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("currency: USD\ngross_margin_rate: {value: 2, source: s}\n")
    with pytest.raises(TrainingError, match=r"gross_margin_rate\.value: Input should be less than or equal to 1"):
        read_policy(path)
    path.write_text("currency: [")
    with pytest.raises(TrainingError, match="is not a usable policy"):
        read_policy(path)
    with pytest.raises(TrainingError, match="is not a usable policy"):
        read_policy(tmp_path / "nowhere.yaml")
