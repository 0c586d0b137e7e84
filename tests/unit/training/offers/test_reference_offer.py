"""The reference offer is found by its discount."""

from training.offers.policy_file import read_policy
from training.offers.reference_offer import reference_offer


def test_the_reference_offer_is_that_of_ten_percent_by_whatever_name() -> None:
    policy = read_policy()
    renamed = [
        offer.model_copy(update={"name": "tenth_off"}) if offer.name == "discount_10" else offer
        for offer in policy.interventions
    ]
    assert reference_offer(policy.model_copy(update={"interventions": tuple(renamed)})) == 3
    assert reference_offer(policy.model_copy(update={"interventions": policy.interventions[:2]})) is None
