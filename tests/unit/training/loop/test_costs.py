"""What control and exploration cost is what a best policy loses by them."""

import re
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from lambda_fn.scoring.offers.assignment import Draws, choose, with_none
from training.loop.costs import Costs, costs_of, mean_costs
from training.loop.run import SHARES
from training.loop.world import NO_OFFER_WORKS, Shoppers, make_loop_world, twin_shoppers
from training.shops.public_shopper import public_shopper

DOCUMENT = Path(__file__).parents[4] / "docs" / "experiments.md"
NAMES = {  # as documented
    "recovery as assumed": "as assumed",
    "half as assumed": "half as assumed",
    "rates swapped between offers": "reshuffled",
    "only the 15 % offer strong": "15 % offer strong",
    "no offer works": NO_OFFER_WORKS,
}


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


def test_the_documented_costs_are_computed() -> None:
    # Given one seed of the documented six; which rates are swapped is drawn by the seed, so that row is left out
    shoppers = twin_shoppers(public_shopper().offers, 50_000, 0)
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| (\d\.\d\d) \| (\d\.\d\d) \| (\d\.\d\d) \| [^|]+ \|$", text, re.MULTILINE)
    assert [name for name, *_ in rows] == list(NAMES)
    for name, *figures in rows:
        if name != "rates swapped between offers":
            costs = costs_of(make_loop_world(shoppers, NAMES[name], 0), SHARES)
            assert [float(one) for one in figures] == pytest.approx(astuple(costs), rel=0.05, abs=0.0051)
