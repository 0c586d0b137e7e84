"""What control and exploration cost is what a best policy loses by them."""

import numpy as np
import pytest

from lambda_fn.scoring.assignment import Assignment, Draws, choose, with_none
from training.learning.loop_costs import Costs, costs_of, mean_costs
from training.learning.loop_world import NO_OFFER_WORKS, Shoppers, make_loop_world

SHARES = Assignment(control_share=0.02, explore_share=0.05)


@pytest.mark.parametrize("name", ["half as assumed", NO_OFFER_WORKS])
def test_costs_are_what_drawn_groups_lose(shoppers: Shoppers, name: str) -> None:
    world = make_loop_world(shoppers, name, 1)
    best = np.where(with_none(world.eligible), world.margins, -np.inf).argmax(axis=1)
    rng, total = np.random.default_rng(3), len(best)
    earned = []
    for _ in range(200):
        numbers = rng.random((total, 3))
        group = np.where(numbers[:, 0] < 0.02, 0, np.where(numbers[:, 1] < 0.05, 1, 2))
        earned.append(world.earned(choose(with_none(world.eligible), best, Draws(group, numbers[:, 2]), SHARES).choice))
    costs = costs_of(world, SHARES)
    assert costs.best == world.best()
    assert costs.best - costs.control - costs.explore == pytest.approx(np.mean(earned), abs=0.003)


def test_costs_of_several_worlds_are_averaged() -> None:
    assert mean_costs([Costs(1.0, 0.25, 0.0), Costs(3.0, 0.75, 0.5)]) == Costs(2.0, 0.5, 0.25)
