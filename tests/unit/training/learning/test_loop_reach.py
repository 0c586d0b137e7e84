"""A small loop learns; the figures of the large one stand in docs/experiments.md."""

import numpy as np
import pytest

from training.learning.loop_reach import Run, run_loop, sequential_false_alarms, summary
from training.learning.loop_world import NO_OFFER_WORKS, Shoppers, make_loop_world, twin_shoppers
from training.shops.public_shopper import public_shopper


@pytest.fixture(scope="module")
def shoppers() -> Shoppers:
    return twin_shoppers(public_shopper().offers, 20_000, 1)


def test_learning_earns_more_than_the_assumptions(shoppers: Shoppers) -> None:
    world = make_loop_world(shoppers, "reshuffled", 1)
    run = run_loop(shoppers, world, 1)
    first = world.earned(np.zeros(20_000, np.intp))
    assert first == 0
    assert run.late > 0.9 * run.best
    assert run.best >= max(run.early, run.late)


def test_where_no_offer_works_the_best_is_none(shoppers: Shoppers) -> None:
    world = make_loop_world(shoppers, NO_OFFER_WORKS, 1)
    assert world.best() == 0
    assert world.rates.max() == 0
    assert run_loop(shoppers, world, 1).late > -0.2


def test_what_is_expected_is_the_mean_of_what_happens(shoppers: Shoppers) -> None:
    # Given everybody gets free shipping where rates are as assumed
    world = make_loop_world(shoppers, "as assumed", 1)
    rng = np.random.default_rng(1)
    offer = np.full(20_000, 2)
    bought = np.mean([world.buys(offer, rng) for _ in range(50)], axis=0)
    value = shoppers.signals.order_value
    realised = bought * 0.275 * value - 0.05 - (1 - world.lost) * 0.30 * value
    assert realised.mean() == pytest.approx(world.earned(offer), abs=0.15)


def test_figures_are_shares_of_the_best_or_losses() -> None:
    runs = [Run(early=1.0, late=1.5, realised=1.2, best=2.0), Run(early=3.0, late=4.0, realised=2.0, best=4.0)]
    assert summary(runs, loss=False) == pytest.approx({
        "learnt_50k_mean": 0.625, "learnt_50k_worst": 0.5, "learnt_200k_mean": 0.875, "learnt_200k_worst": 0.75,
        "realised_200k": 0.55,
    })  # fmt: skip
    assert summary(runs, loss=True)["learnt_50k_worst"] == 1.0


def test_the_sequential_test_rings_seldom() -> None:
    assert sequential_false_alarms(trials=200) <= 0.05
