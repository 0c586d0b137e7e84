"""The reference offer is found by its discount."""

from training.offers.reference_offer import reference_offer
from training.shops.public_shopper import public_shopper


def test_the_reference_offer_is_that_of_ten_percent_by_whatever_name() -> None:
    policy = public_shopper().offers
    renamed = [
        offer.model_copy(update={"name": "tenth_off"}) if offer.name == "discount_10" else offer
        for offer in policy.interventions
    ]
    assert reference_offer(policy.model_copy(update={"interventions": tuple(renamed)})) == 3
    assert reference_offer(policy.model_copy(update={"interventions": policy.interventions[:2]})) is None
