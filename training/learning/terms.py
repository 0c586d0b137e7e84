"""The money of the arms of a trial, as a policy's terms say it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lambda_fn.scoring.arrays import Floats, Indices
from lambda_fn.scoring.artefact.policy import NO_INTERVENTION, Policy


@dataclass(frozen=True)
class Terms:
    """What a policy says of the arms' money.

    ``margin_rate``: share of an order that is margin
    ``share``, ``amount``: discount of every arm, as a share of the order and in currency, shape (arms,)
    ``cost``: fixed cost of every arm, in currency, shape (arms,)
    All three are NaN for an arm that the policy does not know.
    """

    margin_rate: float
    share: Floats
    amount: Floats
    cost: Floats

    def know(self, arm: Indices) -> bool:
        """Return whether the policy knows all of these arms."""
        return not np.isnan(self.cost[np.unique(arm)]).any()

    def discounts(self, order_value: Floats) -> Floats:
        """Return every arm's discount on each order, at most the order's value, shape (n, arms)."""
        value = order_value[:, None]
        return np.asarray(np.minimum(self.share * value + self.amount, value))

    def kept(self, arm: Indices, order_value: Floats) -> Floats:
        """Return what each order leaves after the discount of its arm, shape (n,)."""
        discount = np.minimum(self.share[arm] * order_value + self.amount[arm], order_value)
        return np.asarray(self.margin_rate * order_value - discount)


def terms_of(policy: Policy, arms: tuple[str, ...]) -> Terms:
    """Return the money of every arm."""
    offers = {offer.name: (offer.share, offer.amount, offer.fixed_cost.value) for offer in policy.interventions}
    known = {NO_INTERVENTION: (0.0, 0.0, 0.0), **offers}
    unknown = (float("nan"),) * 3
    share, amount, cost = np.array([known.get(name, unknown) for name in arms]).T
    return Terms(policy.gross_margin_rate.value, share, amount, cost)
