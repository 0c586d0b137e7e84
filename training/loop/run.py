"""One loop: decide, let outcomes come, learn anew, in a world whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.offers.assignment import CONTROL, EXPLOIT, EXPLORE, Assignment, Draws, choose, with_none
from lambda_fn.scoring.offers.decider import Decider
from training.learning.learnt_policy import learn_policy
from training.learning.observed import Observed
from training.loop.world import LoopWorld, Shoppers

SHARES: Final = Assignment(control_share=0.02, explore_share=0.05)
REFIT_EVERY: Final = 5_000
EARLY, LATE = 50_000, 200_000


@dataclass(frozen=True)
class Run:
    """What one loop earned, in currency a shopper: learnt early and late, on all shoppers, and so far; and the best."""

    early: float
    late: float
    realised: float
    best: float


@dataclass
class Log:
    """What the loop remembers of n shoppers; filled block by block."""

    choice: Indices
    bought: Bools
    propensities: Floats


def run_loop(shoppers: Shoppers, world: LoopWorld, seed: int, refit_every: int = REFIT_EVERY) -> Run:
    """Let the loop decide for all shoppers in order, learning anew after every ``refit_every``, without delay.

    ``early`` is what was learnt by a quarter of the shoppers. What is earned is the truth's expected value of the
    offers made, so that it holds no chance of who bought.
    """
    total = len(world.lost)
    log = empty_log(total, len(shoppers.policy.choices))
    rng = np.random.default_rng([seed, 1])
    policy, early, earned = shoppers.policy, float("nan"), 0.0
    for start in range(0, total, refit_every):
        rows = slice(start, min(start + refit_every, total))
        earned += play_block(Decider(policy, shoppers.recipe), world, log, rows, rng) * (rows.stop - start)
        policy = learn_policy(shoppers.policy, observed(world, log, rows.stop), "simulated").policy
        if rows.stop == round(total * EARLY / LATE):
            early = value_of(policy, shoppers, world)
    return Run(early, value_of(policy, shoppers, world), earned / total, world.best())


def empty_log(total: int, choices: int) -> Log:
    """Return a log for so many shoppers."""
    return Log(np.zeros(total, np.intp), np.zeros(total, bool), np.zeros((total, choices)))


def play_block(decider: Decider, world: LoopWorld, log: Log, rows: slice, rng: np.random.Generator) -> float:
    """Decide for some shoppers, draw who buys, log it; return the expected margin a shopper."""
    block = world.take(rows)
    chosen = choose(with_none(block.eligible), decider.decide(block.seen).choice, _draws(len(block.lost), rng), SHARES)
    log.choice[rows], log.propensities[rows] = chosen.choice, chosen.propensities
    log.bought[rows] = block.buys(chosen.choice, rng)
    return block.earned(chosen.choice)


def _draws(count: int, rng: np.random.Generator) -> Draws:
    """Return random numbers in place of the hashes, whose speed would be most of the simulation's."""
    numbers = rng.random((count, 3))
    group = np.where(numbers[:, 1] < SHARES.explore_share, EXPLORE, EXPLOIT)
    return Draws(np.where(numbers[:, 0] < SHARES.control_share, CONTROL, group), numbers[:, 2])


def observed(world: LoopWorld, log: Log, stop: int) -> Observed:
    """Return what the first ``stop`` decisions teach."""
    seen = world.seen
    return Observed(
        seen.risk[:stop], seen.sensitivity[:stop], log.choice[:stop], log.bought[:stop], world.eligible[:stop]
    )


def value_of(policy: Policy, shoppers: Shoppers, world: LoopWorld) -> float:
    """Return the true expected margin a shopper of a policy's choices."""
    return world.earned(Decider(policy, shoppers.recipe).decide(world.seen).choice)
