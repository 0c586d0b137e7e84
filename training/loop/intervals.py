"""How often intervals hold where the truth is known: the doubly robust one, and the one for looking every day."""

from __future__ import annotations

from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Indices
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.offers.decider import Decider
from training.experiment.off_policy import LoggedActions, evaluate
from training.experiment.sequential import half_width
from training.learning.joined import outcome_features
from training.learning.learnt_policy import learn_policy
from training.learning.terms import terms_of
from training.loop.run import empty_log, observed, play_block
from training.loop.world import LoopWorld, Shoppers, make_loop_world

LOGS: Final = 100  # of which the intervals are counted
LOG_DECISIONS: Final = 20_000
LOOKS: Final = 30
LOOK_SHOPPERS: Final = 1_000  # more of them at every look
NULL_TRIALS: Final = 2_000
_ALPHA: Final = 0.05


def doubly_robust_coverage(shoppers: Shoppers, logs: int = LOGS, decisions: int = LOG_DECISIONS) -> float:
    """Return how often the doubly robust 95 % interval holds the true value, over logs of one policy in force.

    The policy in question is one learnt from a log of its own. A log's shoppers are drawn with replacement from all.
    """
    world = make_loop_world(shoppers, "half as assumed", 0)
    decider = Decider(shoppers.policy, shoppers.recipe)
    first = empty_log(len(world.lost), len(shoppers.policy.choices))
    rng = np.random.default_rng(2)
    play_block(decider, world, first, slice(0, len(world.lost)), rng)
    learnt = learn_policy(shoppers.policy, observed(world, first, len(world.lost)), "simulated").policy
    target, current = (Decider(one, shoppers.recipe).decide(world.seen).choice for one in (learnt, shoppers.policy))
    baseline = _untreated_margin(shoppers.policy, world)
    truth = float((baseline + world.margins[np.arange(len(target)), target]).mean())
    held = 0
    for number in range(logs):
        rng = np.random.default_rng([3, number])
        rows = rng.integers(0, len(target), size=decisions)
        found = evaluate(_log_of(decider, world, shoppers.policy, rows, rng), target[rows], current[rows])
        low, high = found.doubly_robust.interval
        held += low <= truth <= high
    return held / logs


def _untreated_margin(policy: Policy, world: LoopWorld) -> Floats:
    return np.asarray((1 - world.lost) * policy.gross_margin_rate.value * world.seen.order_value)


def _log_of(
    decider: Decider, world: LoopWorld, policy: Policy, rows: Indices, rng: np.random.Generator
) -> LoggedActions:
    block = world.take(rows)
    log = empty_log(len(rows), len(policy.choices))
    play_block(decider, block, log, slice(0, len(rows)), rng)
    seen, terms = block.seen, terms_of(policy, policy.choices)
    margin = log.bought * terms.kept(log.choice, seen.order_value) - terms.cost[log.choice]
    return LoggedActions(log.choice, margin, log.propensities, outcome_features(seen), np.arange(len(rows)))


def sequential_false_alarms(trials: int = NULL_TRIALS, looks: int = LOOKS, seed: int = 4) -> float:
    """Return how often a test that is looked at every day finds a difference where there is none.

    Two arms of equal, skewed margins: most shoppers buy nothing, and an order is lognormal. At each look
    LOOK_SHOPPERS more have come, half in each arm. The sequence is narrowest half-way.
    """
    alarms = 0
    rng = np.random.default_rng(seed)
    for _ in range(trials):
        sums = np.zeros((2, 3))
        for _look in range(looks):
            amounts = _null_amounts(rng, LOOK_SHOPPERS // 2)
            sums += np.stack([np.full(2, amounts.shape[1]), amounts.sum(axis=1), (amounts**2).sum(axis=1)], axis=1)
            if _found(sums, LOOK_SHOPPERS * looks / 2):
                alarms += 1
                break
    return alarms / trials


def _null_amounts(rng: np.random.Generator, count: int) -> Floats:
    return np.asarray((rng.random((2, count)) < 0.3) * rng.lognormal(4, 0.5, (2, count)) * 0.3)


def _found(sums: Floats, planned: float) -> bool:
    """Return whether the sequence of the difference excludes 0, from counts, sums and sums of squares of both arms."""
    count, total, squares = sums.T
    mean = total / count
    variance = (squares - count * mean**2) / (count - 1)
    everyone = count.sum()
    sd = np.sqrt(everyone * (variance / count).sum())
    return bool(abs(mean[1] - mean[0]) > half_width(float(sd), everyone, planned, _ALPHA))
