"""How near the loop comes to the best policy in worlds whose truth is known, and whether its intervals hold there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from training.loop.costs import Costs, costs_of, mean_costs
from training.loop.intervals import (
    LOGS,
    LOOKS,
    NULL_TRIALS,
    doubly_robust_coverage,
    sequential_false_alarms,
)
from training.loop.run import LATE, SHARES, Run, run_loop
from training.loop.world import NO_OFFER_WORKS, WORLDS, Shoppers, make_loop_world

SEEDS: Final = 6
_LEAST: Final = 1e-9  # currency a shopper: below it no offer works


def reach(
    make_shoppers: Callable[[int], Shoppers], say: Callable[[str], None], seeds: Iterable[int] = range(SEEDS)
) -> Iterator[tuple[str, dict[str, float], Costs]]:
    """Yield each world's figures (shares of the best; where no offer works the loss in currency) and its costs.

    ``say`` is told what each seed took.
    """
    runs: dict[str, list[Run]] = {name: [] for name in WORLDS}
    costs: dict[str, list[Costs]] = {name: [] for name in WORLDS}
    for seed in seeds:
        started = time.perf_counter()
        shoppers = make_shoppers(seed)
        for name in WORLDS:
            world = make_loop_world(shoppers, name, seed)
            runs[name].append(run_loop(shoppers, world, seed))
            costs[name].append(costs_of(world, SHARES))
        say(f"seed {seed}: {len(WORLDS)} worlds in {time.perf_counter() - started:.0f} s")
    for name in WORLDS:
        yield name, summary(runs[name], loss=name == NO_OFFER_WORKS), mean_costs(costs[name])


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


def document(
    make_shoppers: Callable[[int], Shoppers], say: Callable[[str], None], seeds: Sequence[int] = range(SEEDS)
) -> dict[str, Any]:
    """Return loop.json: the worlds' figures and costs, the intervals' coverage, the sequential test's false alarms."""
    worlds, costs = {}, {}
    for name, figures, cost in reach(make_shoppers, say, seeds):
        worlds[name], costs[name] = figures, asdict(cost)
        say(f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in figures.items()))
    coverage = doubly_robust_coverage(make_shoppers(seeds[0]))
    say(f"doubly robust 95 % intervals hold the truth in {coverage:.0%} of {LOGS} logs")
    alarms = sequential_false_alarms()
    say(f"false alarms over {LOOKS} looks: {alarms:.2%} of {NULL_TRIALS:,} trials without a difference")
    return {
        "worlds": worlds,
        "costs": costs,
        "dr_coverage": coverage,
        "sequential_false_alarm": alarms,
        "seeds": list(seeds),
        "decisions": LATE,
        "control_share": SHARES.control_share,
        "explore_share": SHARES.explore_share,
    }
