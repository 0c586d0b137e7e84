"""Discounts are a share of the order or an amount, and never more than the order."""

import numpy as np
import pytest

from tests import factories
from training.learning.terms import terms_of

AMOUNT = {
    "name": "voucher", "discount_amount": {"value": 20, "source": "s"}, "fixed_cost": {"value": 0.5, "source": "s"},
    "base_recovery_rate": {"value": 0.1, "source": "s"},
}  # fmt: skip


def test_each_arm_has_its_discount_and_cost() -> None:
    offers = [factories.policy().interventions[1].model_dump(), AMOUNT]
    policy = factories.policy(interventions=offers)
    terms = terms_of(policy, ("none", *[offer["name"] for offer in offers]))
    share, rate = policy.interventions[0].share, policy.gross_margin_rate.value
    assert terms.discounts(np.array([100.0, 8.0])) == pytest.approx(np.array([[0, share * 100, 20], [0, share * 8, 8]]))
    arm, value = np.array([0, 1, 2, 2]), np.array([100.0, 100.0, 100.0, 0.0])
    assert terms.kept(arm, value) == pytest.approx([rate * 100, (rate - share) * 100, rate * 100 - 20, 0])
    assert terms.know(arm)


def test_an_arm_that_the_policy_does_not_know_has_no_terms() -> None:
    terms = terms_of(factories.policy(), ("none", "call"))
    assert terms.know(np.array([0, 0]))
    assert not terms.know(np.array([0, 1]))
