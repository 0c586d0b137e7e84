"""A budget over more shoppers than fit in memory: how much is spent at which return, and where to stop.

Offers are upgrades along each shopper's convex hull (see ``budget``). The return of an upgrade is its margin per unit
of cost. Every part of a file counts what its upgrades cost, by return. The counts of all parts give the cut-off: the
return below which nothing is spent.

Costs are counted in whole millionths of the currency, so that their sum does not depend on where a file is cut.
Returns are counted in steps of less than half a percent. A hash of the id ranks the shoppers of one step, so that a
budget can end within a step. What is left of it is less than the cost of the next sixty-fourth of a step.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Integers, Texts
from lambda_fn.scoring.frozen import Frozen
from lambda_fn.scoring.offers.budget import Upgrades, upgrades
from lambda_fn.scoring.offers.decider import Decider, Decisions, Signals

_STEP_BITS: Final = 8  # of a float64's 52 fraction bits: 256 steps from one power of two to the next
_DROPPED_BITS: Final = 52 - _STEP_BITS
_RANK_BITS: Final = 6  # shoppers of one step stand in 64 ranks
_HASH_FACTOR: Final = np.uint64(0x100000001B3)  # of FNV-1
_MIX_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)

_MICRO: Final = 1_000_000  # what money is counted in: whole millionths of the policy's currency


class Spending(Frozen):
    """Expected spend by step.

    steps: the steps that occur, rising.
    costs: spend of each step, in millionths of the currency.
    unlimited: spend where every shopper gets the offer that pays most, in millionths of the currency.
    """

    steps: tuple[int, ...] = ()
    costs: tuple[int, ...] = ()
    unlimited: int = 0


class CutOff(Frozen):
    """What a budget pays for.

    lowest_step: the offers of at least this step; None pays for all of them.
    """

    lowest_step: int | None


def ranks_of(ids: Texts) -> Integers:
    """Return each shopper's rank among those of equal return, from 0 to 63, by a hash of the id."""
    matrix = np.ascontiguousarray(ids).view(np.uint8).reshape(len(ids), -1)
    hashed = np.zeros(len(ids), np.uint64)
    for column in matrix.T:
        hashed = np.where(column > 0, (hashed * _HASH_FACTOR) ^ column, hashed)  # zeros only fill an id up
    return ((hashed * _MIX_FACTOR) >> np.uint64(64 - _RANK_BITS)).astype(np.int64)


def count_spending(decider: Decider, signals: Signals, decisions: Decisions, ranks: Integers) -> Spending:
    """Count what the upgrades of some shoppers cost. ``decisions`` are those without a budget."""
    costs = decider.costs(signals)
    found = upgrades(decider.margins(signals), costs, decider.eligible(signals))
    steps, spent = _summed(_steps(found, ranks), _micros(found.cost))
    offered = np.flatnonzero(decisions.choice)
    return Spending(
        steps=tuple(steps.tolist()),
        costs=tuple(spent.tolist()),
        unlimited=int(_micros(costs[offered, decisions.choice[offered] - 1]).sum()),
    )


def add_spending(parts: Iterable[Spending]) -> Spending:
    """Add up what the parts of a file spend."""
    steps, costs = np.empty(0, np.int64), np.empty(0, np.int64)
    unlimited = 0
    for part in parts:
        unlimited += part.unlimited
        steps, costs = _summed(
            np.concatenate((steps, np.array(part.steps, np.int64))),
            np.concatenate((costs, np.array(part.costs, np.int64))),
        )
    return Spending(steps=tuple(steps.tolist()), costs=tuple(costs.tolist()), unlimited=unlimited)


def lowest_step(spending: Spending, budget: float) -> int | None:
    """Return the lowest step that the budget still pays for; None where it pays for everything."""
    limit = round(budget * _MICRO)
    if spending.unlimited <= limit:
        return None
    falling = np.array(spending.costs, np.int64)[::-1].cumsum()
    paid = int(np.searchsorted(falling, limit, side="right"))
    if paid == 0:
        return spending.steps[-1] + 1
    return spending.steps[len(spending.steps) - paid]


def decide_within(decider: Decider, signals: Signals, ranks: Integers, step: int) -> Decisions:
    """Choose the offers of at least ``step``."""
    margins = decider.margins(signals)
    found = upgrades(margins, decider.costs(signals), decider.eligible(signals))
    taken = _steps(found, ranks) >= step
    choice = np.zeros(len(margins), dtype=np.intp)
    choice[found.shopper[taken]] = found.choice[taken]  # a shopper's later, dearer upgrade overwrites the earlier
    margin = np.take_along_axis(margins, np.maximum(choice - 1, 0)[:, None], axis=1)[:, 0]
    return Decisions(choice=choice, margin=np.where(choice > 0, margin, 0.0))


def expected_spend(decider: Decider, signals: Signals, decisions: Decisions) -> float:
    """Return what decisions are expected to cost together."""
    offered = np.flatnonzero(decisions.choice)
    return float(decider.costs(signals)[offered, decisions.choice[offered] - 1].sum())


def _micros(costs: Floats) -> Integers:
    return np.rint(costs * _MICRO).astype(np.int64)


def _summed(steps: Integers, costs: Integers) -> tuple[Integers, Integers]:
    """Return each step once, rising, with the sum of its costs."""
    unique, position = np.unique(steps, return_inverse=True)
    sums = np.zeros(len(unique), np.int64)
    np.add.at(sums, position, costs)
    return unique, sums


def _steps(found: Upgrades, ranks: Integers) -> Integers:
    """Return the step of each upgrade: the leading bits of its return, which rise with it, then its shopper's rank."""
    with np.errstate(divide="ignore"):
        returns = found.margin / found.cost
    return returns.view(np.int64) >> _DROPPED_BITS << _RANK_BITS | ranks[found.shopper]
