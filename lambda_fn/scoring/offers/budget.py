"""Offers within a budget: which shoppers to spend on, and how much each, so that the expected margin is largest.

Every shopper may receive one offer or none (a multiple-choice knapsack).
Costs and margins are expected values in currency, of shape (n, offers), from ``Decider.costs`` and ``Decider.margins``.

An upgrade goes from nothing to an offer, or from an offer to a dearer one. The greedy answer takes upgrades in the
order of margin per unit of cost, along each shopper's upper convex hull. It falls short of the optimum by less than
the margin of one upgrade (Sinha and Zoltners 1979). With few shoppers the exact answer is found instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Bools, Floats, Indices

EXACT_SHOPPERS: Final = 12  # up to here the exact answer is affordable
NOTHING: Final = 0  # a choice: do nothing; choice i > 0 is offer i - 1, as in Policy.choices


@dataclass(frozen=True)
class Upgrades:
    """Steps along the shoppers' convex hulls, best margin per unit of cost first; each array of shape (k,).

    A shopper's own steps come in order, so any leading part of the list is a valid allocation.

    shopper: row of the shopper.
    choice: what the shopper has after the step, an index into ``Policy.choices``.
    cost: additional cost of the step, in currency.
    margin: additional margin of the step, in currency.
    """

    shopper: Indices
    choice: Indices
    cost: Floats
    margin: Floats

    def spend(self) -> Floats:
        """Return the spend after each upgrade."""
        return np.cumsum(self.cost)

    def gain(self) -> Floats:
        """Return the expected margin after each upgrade."""
        return np.cumsum(self.margin)


@dataclass(frozen=True)
class Allocation:
    """One choice per shopper.

    choice: index into ``Policy.choices``, shape (n,).
    cost: expected spend on all of them, in currency.
    margin: expected margin of all of them, in currency.
    """

    choice: Indices
    cost: float
    margin: float


def upgrades(margins: Floats, costs: Floats, eligible: Bools) -> Upgrades:
    """Return all upgrades that are ``eligible`` and increase the margin, in order."""
    shoppers = np.arange(len(margins))
    at_cost, at_margin = np.zeros(len(margins)), np.zeros(len(margins))
    at_efficiency = np.full(len(margins), np.inf)
    found: list[tuple[Indices, Indices, Floats, Floats, Floats]] = []
    for _ in range(margins.shape[1]):
        more_cost = costs[shoppers] - at_cost[shoppers, None]
        more_margin = margins[shoppers] - at_margin[shoppers, None]
        better = eligible[shoppers] & (more_margin > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            efficiency = np.where(better, more_margin / np.maximum(more_cost, 0.0), -np.inf)
        offer = _best(efficiency, more_margin)
        row = np.arange(len(shoppers))
        best = efficiency[row, offer]
        go = best > 0
        shoppers, row, offer = shoppers[go], row[go], offer[go]
        if not len(shoppers):
            break
        # Along one line, rounding may make a later step look better by a bit: it must not come before the earlier one.
        at_efficiency[shoppers] = np.minimum(best[go], at_efficiency[shoppers])
        cost, margin = np.maximum(more_cost[row, offer], 0.0), more_margin[row, offer]
        found.append((shoppers, offer + 1, cost, margin, at_efficiency[shoppers]))
        at_cost[shoppers] = np.maximum(costs[shoppers, offer], at_cost[shoppers])
        at_margin[shoppers] = margins[shoppers, offer]
    if not found:
        nobody = np.empty(0, dtype=np.intp)
        return Upgrades(nobody, nobody, np.empty(0), np.empty(0))
    shopper, choice, cost, margin, efficiency = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(-efficiency, kind="stable")
    return Upgrades(shopper[order], choice[order], cost[order], margin[order])


def _best(efficiency: Floats, margin: Floats) -> Indices:
    """Return the most efficient offer per row: of several that cost nothing more, the one with the largest margin."""
    free = np.isinf(efficiency) & (efficiency > 0)
    best: Indices = efficiency.argmax(axis=1)
    return np.where(free.any(axis=1), np.where(free, margin, -np.inf).argmax(axis=1), best)


def allocate(margins: Floats, costs: Floats, eligible: Bools, budget: float) -> Allocation:
    """Return the choices that maximise expected margin within an expected spend of ``budget``.

    >>> import numpy as np
    >>> margins, costs = np.array([[3.0, 5.0], [4.0, 4.5]]), np.array([[1.0, 4.0], [1.0, 3.0]])
    >>> allocation = allocate(margins, costs, np.ones((2, 2), dtype=bool), budget=5.0)
    >>> allocation.choice, allocation.cost, allocation.margin
    (array([2, 1]), 5.0, 9.0)
    """
    if len(margins) <= EXACT_SHOPPERS:
        return exact(margins, costs, eligible, budget)
    return greedy(margins, costs, eligible, budget)


def greedy(margins: Floats, costs: Floats, eligible: Bools, budget: float) -> Allocation:
    """Take upgrades in order while they fit. One that does not fit ends its own shopper's steps only."""
    steps = upgrades(margins, costs, eligible)
    affordable = int(np.searchsorted(steps.spend(), budget, side="right"))
    choice = np.zeros(len(margins), dtype=np.intp)
    choice[steps.shopper[:affordable]] = steps.choice[:affordable]  # a shopper's later step overwrites the earlier
    left = budget - float(steps.cost[:affordable].sum())
    ended = np.zeros(len(margins), dtype=bool)
    smallest = np.minimum.accumulate(steps.cost[::-1])[::-1] if len(steps.cost) else steps.cost
    for i in range(affordable, len(steps.cost)):
        if smallest[i] > left:
            break
        shopper = steps.shopper[i]
        if ended[shopper] or steps.cost[i] > left:
            ended[shopper] = True
            continue
        choice[shopper] = steps.choice[i]
        left -= float(steps.cost[i])
    return _allocation(choice, margins, costs)


def exact(margins: Floats, costs: Floats, eligible: Bools, budget: float) -> Allocation:
    """Return the best choices by growing the front of allocations that no other beats in both cost and margin."""
    front: list[tuple[float, float, tuple[int, ...]]] = [(0.0, 0.0, ())]
    for shopper in range(len(margins)):
        options = [(0.0, 0.0, NOTHING)]
        options += [
            (float(costs[shopper, offer]), float(margins[shopper, offer]), offer + 1)
            for offer in range(margins.shape[1])
            if eligible[shopper, offer] and margins[shopper, offer] > 0
        ]
        grown = sorted(
            ((cost + c, margin + m, (*chosen, choice)) for cost, margin, chosen in front for c, m, choice in options),
            key=lambda entry: (entry[0], -entry[1]),
        )
        front = []
        for entry in grown:
            if entry[0] <= budget and (not front or entry[1] > front[-1][1]):
                front.append(entry)
    choice = np.array(front[-1][2], dtype=np.intp).reshape(len(margins))
    return _allocation(choice, margins, costs)


def _allocation(choice: Indices, margins: Floats, costs: Floats) -> Allocation:
    rows = np.flatnonzero(choice)
    offers = choice[rows] - 1
    return Allocation(choice, float(costs[rows, offers].sum()), float(margins[rows, offers].sum()))
