"""How near the loop comes to the best policy in worlds whose truth is known, and whether its intervals hold there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.assignment import CONTROL, EXPLOIT, EXPLORE, Assignment, Draws, choose, with_none
from lambda_fn.scoring.decider import Decider
from lambda_fn.scoring.policy import Policy
from training.learning.joined import outcome_features
from training.learning.learnt_policy import learn_policy
from training.learning.loop_world import NO_OFFER_WORKS, WORLDS, LoopWorld, Shoppers, make_loop_world
from training.learning.off_policy import LoggedActions, evaluate
from training.learning.rates import Observed
from training.learning.sequential import half_width
from training.learning.terms import terms_of

SHARES: Final = Assignment(control_share=0.02, explore_share=0.05)
REFIT_EVERY: Final = 5_000
EARLY, LATE = 50_000, 200_000
SEEDS: Final = 6
LOGS: Final = 100  # of which the intervals are counted
LOG_DECISIONS: Final = 20_000
LOOKS: Final = 30
LOOK_SHOPPERS: Final = 1_000  # more of them at every look
NULL_TRIALS: Final = 2_000
_ALPHA: Final = 0.05
_LEAST: Final = 1e-9  # currency a shopper: below it no offer works


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
        policy = learn_policy(shoppers.policy, _observed(world, log, rows.stop), "simulated").policy
        if rows.stop == round(total * EARLY / LATE):
            early = _value(policy, shoppers, world)
    return Run(early, _value(policy, shoppers, world), earned / total, world.best())


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


def _observed(world: LoopWorld, log: Log, stop: int) -> Observed:
    seen = world.seen
    return Observed(
        seen.risk[:stop], seen.sensitivity[:stop], log.choice[:stop], log.bought[:stop], world.eligible[:stop]
    )


def _value(policy: Policy, shoppers: Shoppers, world: LoopWorld) -> float:
    return world.earned(Decider(policy, shoppers.recipe).decide(world.seen).choice)


def reach(make_shoppers: Callable[[int], Shoppers], seeds: int = SEEDS) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield each world's figures: shares of the best, and the loss in currency where no offer works."""
    runs: dict[str, list[Run]] = {name: [] for name in WORLDS}
    for seed in range(seeds):
        shoppers = make_shoppers(seed)
        for name in WORLDS:
            runs[name].append(run_loop(shoppers, make_loop_world(shoppers, name, seed), seed))
    for name in WORLDS:
        yield name, summary(runs[name], loss=name == NO_OFFER_WORKS)


def summary(runs: list[Run], *, loss: bool) -> dict[str, float]:
    """Return the means and worst of several runs, as shares of the best or (``loss``) as what is lost to the best."""

    def figure(run: Run, earned: float) -> float:
        return run.best - earned if loss else earned / max(run.best, _LEAST)

    early, late = ([figure(run, value) for run, value in zip(runs, values, strict=True)] for values in (
        [run.early for run in runs], [run.late for run in runs]
    ))  # fmt: skip
    worst = max if loss else min
    return {
        "learnt_50k_mean": float(np.mean(early)),
        "learnt_50k_worst": worst(early),
        "learnt_200k_mean": float(np.mean(late)),
        "learnt_200k_worst": worst(late),
        "realised_200k": float(np.mean([figure(run, run.realised) for run in runs])),
    }


def doubly_robust_coverage(shoppers: Shoppers, logs: int = LOGS, decisions: int = LOG_DECISIONS) -> float:
    """Return how often the doubly robust 95 % interval holds the true value, over logs of one policy in force.

    The policy in question is one learnt from a log of its own. A log's shoppers are drawn with replacement from all.
    """
    world = make_loop_world(shoppers, "half as assumed", 0)
    decider = Decider(shoppers.policy, shoppers.recipe)
    first = empty_log(len(world.lost), len(shoppers.policy.choices))
    rng = np.random.default_rng(2)
    play_block(decider, world, first, slice(0, len(world.lost)), rng)
    learnt = learn_policy(shoppers.policy, _observed(world, first, len(world.lost)), "simulated").policy
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


def document(make_shoppers: Callable[[int], Shoppers], say: Callable[[str], None]) -> dict[str, Any]:
    """Return loop.json: the worlds' figures, the intervals' coverage, and the sequential test's false alarms."""
    worlds = {}
    for name, figures in reach(make_shoppers):
        worlds[name] = figures
        say(f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in figures.items()))
    coverage = doubly_robust_coverage(make_shoppers(0))
    say(f"doubly robust 95 % intervals hold the truth in {coverage:.0%} of {LOGS} logs")
    alarms = sequential_false_alarms()
    say(f"false alarms over {LOOKS} looks: {alarms:.2%} of {NULL_TRIALS:,} trials without a difference")
    return {"worlds": worlds, "dr_coverage": coverage, "sequential_false_alarm": alarms}
