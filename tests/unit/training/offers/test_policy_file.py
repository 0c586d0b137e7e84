"""A policy file is read and checked."""

from training.offers.policy_file import read_policy
from training.shops.shopper import RECIPE


def test_the_default_policy_fits_the_recipe_and_names_a_source_for_every_number() -> None:
    policy = read_policy()
    policy.check_against(RECIPE)
    assert policy.choices == ("none", "reminder", "free_shipping", "discount_5", "discount_10", "discount_15")
    assert policy.caution.value == 0.5
    assert len(policy.caution.source) > 100  # argued, not only stated
