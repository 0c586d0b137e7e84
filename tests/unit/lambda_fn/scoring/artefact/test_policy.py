"""A policy is checked when it is read and against the recipe it travels with."""

from typing import Any

import pytest

from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.errors import PolicyError
from tests import factories
from tests.offers import offer, sourced

RECIPE = factories.recipe()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"order_value": "basket"}, "basket"),
        ({"sensitivity": "mood"}, "mood"),
        ({"value_tier": "stress_index"}, "not a bin step"),
        ({"high_value_tier": "Platinum"}, "Platinum"),
        ({"interventions": [offer("win_back", 0.1, 0, 0.5, recency_segments=["Lost"])]}, "Lost"),
    ],
)
def test_a_policy_that_does_not_fit_the_recipe_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        factories.policy(**change).check_against(RECIPE)


@pytest.mark.parametrize("names", [["none"], ["twice", "twice"]])
def test_offer_names_must_be_new(names: list[str]) -> None:
    with pytest.raises(PolicyError):
        factories.policy(interventions=[offer(name, 0, 0, 0) for name in names])


def test_a_number_without_a_source_is_refused() -> None:
    with pytest.raises(ValueError, match=r"caution\.source"):
        factories.policy(caution={"value": 0.5})


def test_a_policy_survives_its_json() -> None:
    assert Policy.model_validate_json(factories.policy().model_dump_json()) == factories.policy()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"high_value_tier": None}, "give both high_value_tier and maximum_discount_high_value, or neither"),
        (
            {"interventions": [{**offer("both", 0.1, 0, 0.1), "discount_amount": sourced(5)}]},
            "offer 'both': give either discount_share or discount_amount",
        ),
        (
            {"interventions": [{**offer("neither", 0.1, 0, 0.1), "discount_share": None}]},
            "offer 'neither': give either discount_share or discount_amount",
        ),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        factories.policy(**change)


def test_what_depends_on_a_step_needs_that_step() -> None:
    with pytest.raises(PolicyError, match="an offer has a gain_per_sensitivity, but sensitivity names no step"):
        factories.policy(sensitivity=None).check_against(RECIPE)
    no_tiers = {"value_tier": None, "high_value_tier": None, "maximum_discount_high_value": None}
    rule = [offer("best", 0.1, 0, 0.1, value_tiers=["High"])]
    with pytest.raises(PolicyError, match="unknown tier 'High'; the offers name no step for tiers"):
        factories.policy(**no_tiers, interventions=rule).check_against(RECIPE)
