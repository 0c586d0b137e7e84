"""The truth of a world is what happens in it."""

import numpy as np
import pytest

from tests import factories
from tests.unit.training.learning.test_terms import AMOUNT
from training.loop.world import NO_OFFER_WORKS, WORLDS, Shoppers, make_loop_world, true_margins


def test_what_is_expected_is_the_mean_of_what_happens(shoppers: Shoppers) -> None:
    # Given everybody gets free shipping where rates are as assumed
    world = make_loop_world(shoppers, "as assumed", 1)
    rng = np.random.default_rng(1)
    offer = np.full(20_000, 2)
    bought = np.mean([world.buys(offer, rng) for _ in range(50)], axis=0)
    value = shoppers.signals.order_value
    realised = bought * 0.275 * value - 0.05 - (1 - world.lost) * 0.30 * value
    assert realised.mean() == pytest.approx(world.earned(offer), abs=0.15)


@pytest.mark.parametrize("name", WORLDS)
def test_nothing_is_better_than_the_best(shoppers: Shoppers, name: str) -> None:
    world = make_loop_world(shoppers, name, 1)
    assert (world.best() == 0) == (name == NO_OFFER_WORKS)
    assert world.earned(np.zeros(len(world.lost), np.intp)) == 0
    for offer in range(1, world.margins.shape[1]):
        assert world.earned(np.where(world.eligible[:, offer - 1], offer, 0)) <= world.best()


def test_an_amount_is_given_away_only_where_an_order_comes() -> None:
    # Given a voucher of 20 for orders of 100, of which half come anyway and a tenth of the others through it
    policy = factories.policy(interventions=[AMOUNT])
    rate = policy.gross_margin_rate.value
    found = true_margins(policy, np.array([0.5]), np.array([100.0]), np.array([[0.1]]))
    assert found == pytest.approx(np.array([[0.0, 0.05 * (rate * 100 - 20) - 0.5 * 20 - 0.5]]))
