"""A small loop learns."""

import numpy as np

from training.loop.run import run_loop
from training.loop.world import NO_OFFER_WORKS, Shoppers, make_loop_world


def test_learning_earns_more_than_the_assumptions(shoppers: Shoppers) -> None:
    world = make_loop_world(shoppers, "reshuffled", 1)
    run = run_loop(shoppers, world, 1)
    first = world.earned(np.zeros(20_000, np.intp))
    assert first == 0
    assert run.late > 0.9 * run.best
    assert run.best >= max(run.early, run.late)


def test_where_no_offer_works_the_best_is_none(shoppers: Shoppers) -> None:
    world = make_loop_world(shoppers, NO_OFFER_WORKS, 1)
    assert world.rates.max() == 0
    run = run_loop(shoppers, world, 1)
    assert run.best == 0
    assert -0.2 < run.late <= 0
    assert run.realised < 0


def test_a_run_is_the_same_again(shoppers: Shoppers) -> None:
    world = make_loop_world(shoppers, "as assumed", 1)
    assert run_loop(shoppers, world, 3) == run_loop(shoppers, world, 3) != run_loop(shoppers, world, 4)
