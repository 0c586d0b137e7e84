"""A trial as arrays: matured decisions, what was done, with which chances, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lambda_fn.scoring.arrays import Bools, Floats, Indices


@dataclass(frozen=True)
class Trial:
    """n matured decisions, in the order of their time; each field of shape (n,) unless it says otherwise.

    ``arms``: names of the actions; the first is "none"
    ``arm``: index into ``arms``
    ``propensities``: of every arm, shape (n, arms)
    ``shopper``: number of the shopper
    ``bought``: whether an order came in the window
    ``revenue``: value of the orders in the window, in currency
    ``margin``: realised margin, in currency; None where the terms of the offers are not known
    ``covariate``: expected margin without an offer, in currency; None where the records lack p or the order value
    """

    arms: tuple[str, ...]
    arm: Indices
    propensities: Floats
    shopper: Indices
    bought: Bools
    revenue: Floats
    margin: Floats | None = None
    covariate: Floats | None = None

    def one_decision_a_shopper(self) -> bool:
        """Return whether no shopper comes twice."""
        return len(np.unique(self.shopper)) == len(self.shopper)


def first_of_each(shopper: Indices) -> Indices:
    """Return the positions of each shopper's first decision."""
    return np.asarray(np.unique(shopper, return_index=True)[1], dtype=np.intp)
