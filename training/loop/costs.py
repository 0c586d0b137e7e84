"""What a control group and exploration cost where the truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from lambda_fn.scoring.offers.assignment import Assignment, with_none
from training.loop.world import LoopWorld


@dataclass(frozen=True)
class Costs:
    """In currency a shopper of all shoppers.

    ``best``: what the best choices earn beyond no offer
    ``control``: what of that the control group forgoes
    ``explore``: what of that exploring shoppers forgo
    """

    best: float
    control: float
    explore: float


def costs_of(world: LoopWorld, shares: Assignment) -> Costs:
    """Return the costs beside a policy that always makes the best choice.

    A control shopper forgoes its best choice. An exploring one gets the mean of its allowed choices instead.
    """
    allowed = with_none(world.eligible)
    best = np.where(allowed, world.margins, -np.inf).max(axis=1)
    average = (world.margins * allowed).sum(axis=1) / allowed.sum(axis=1)
    exploring = (1 - shares.control_share) * shares.explore_share
    return Costs(
        best=float(best.mean()),
        control=float(best.mean()) * shares.control_share,
        explore=float((best - average).mean()) * exploring,
    )


def mean_costs(several: Sequence[Costs]) -> Costs:
    """Return the mean of each cost over several worlds."""
    return Costs(*(float(np.mean(column)) for column in zip(*map(astuple, several), strict=True)))
