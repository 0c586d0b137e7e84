"""What to offer each shopper, and what the offer is expected to earn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.artefact.policy import Intervention, Policy
from lambda_fn.scoring.artefact.recipe import Recipe

TIE_TOLERANCE: Final = 1e-9  # currency units; margins closer than this count as equal
# 0.30 - 0.20 is less than 0.10 in floating point, and a guardrail of 0.10 must let it pass.
SHARE_TOLERANCE: Final = 1e-9
_ONE_FOR_ALL: Final = ("",)  # the only tier or segment of a policy that names none


@dataclass(frozen=True)
class Signals:
    """What a decision depends on: one value per shopper, each field of shape (n,).

    risk: calibrated probability of abandonment.
    order_value: value of the order at stake, in currency.
    sensitivity: discount sensitivity, in [0, 1]; 0 where the policy names none.
    value_tier: bin number; 0 where the policy names none.
    recency_segment: bin number; 0 where the policy names none.
    known_enough: whether an offer that costs more than its message may be made; by default, to everybody.
    days_since_offer: days since the shopper's last offer, NaN without one; by default, nobody had one.
    """

    risk: Floats
    order_value: Floats
    sensitivity: Floats
    value_tier: Floats
    recency_segment: Floats
    known_enough: Bools = field(default_factory=lambda: np.empty(0, dtype=bool))
    days_since_offer: Floats = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        if len(self.known_enough) != len(self.risk):
            object.__setattr__(self, "known_enough", np.ones(len(self.risk), dtype=bool))
        if len(self.days_since_offer) != len(self.risk):
            object.__setattr__(self, "days_since_offer", np.full(len(self.risk), np.nan))


@dataclass(frozen=True)
class Decisions:
    """What to do, one value per shopper, each field of shape (n,).

    choice: index into ``Policy.choices``.
    margin: expected incremental contribution margin of the choice, in currency.
    """

    choice: Indices
    margin: Floats


class Decider:
    """A policy compiled against the recipe it travels with."""

    def __init__(self, policy: Policy, recipe: Recipe) -> None:
        policy.check_against(recipe)
        offers = policy.interventions
        self.choices = policy.choices
        self._margin_rate = policy.gross_margin_rate.value
        self._least_left = policy.minimum_margin_rate.value
        self._trust = np.array([1 - (offer.caution or policy.caution).value for offer in offers])
        self._no_purchase = policy.no_purchase
        self._share = np.array([[offer.share] for offer in offers])
        self._amount = np.array([[offer.amount] for offer in offers])
        self._has_amounts = bool(self._amount.any())
        self._costs_a_message = (self._share == 0) & (self._amount == 0)
        self._fixed_cost = np.array([[offer.fixed_cost.value] for offer in offers])
        self._base = np.array([[offer.base_recovery_rate.value] for offer in offers])
        self._gain = np.array([[offer.gain] for offer in offers])
        self._cool_down_days = [offer.cool_down_days or None for offer in offers]
        self._has_cool_downs = any(self._cool_down_days)
        thresholds = [offer.eligibility.minimum_risk for offer in offers]
        self._minimum_risk = np.array([[threshold.value if threshold else 0.0] for threshold in thresholds])
        tiers, segments = policy.tiers(recipe) or _ONE_FOR_ALL, policy.segments(recipe) or _ONE_FOR_ALL
        self._allowed = np.array(
            [[[_allows(policy, offer, tier, segment) for segment in segments] for tier in tiers] for offer in offers]
        )
        high = [tier == policy.high_value_tier for tier in tiers]
        most = policy.maximum_discount_high_value
        self._largest_share = np.where(high, most.value if most else 1.0, 1.0)  # of the order's value, by tier

    @property
    def never_offered(self) -> tuple[str, ...]:
        """Names of the offers that the guardrails and rules leave to no tier and segment: a mistake in the policy."""
        return tuple(name for name, allowed in zip(self.choices[1:], self._allowed, strict=True) if not allowed.any())

    def discounts(self, order_value: Floats) -> Floats:
        """Return each offer's discount on each order, shape (offers, n), in currency, at most the order's value."""
        discounts: Floats = self._share * order_value
        if self._has_amounts:
            discounts = np.minimum(discounts + self._amount, order_value)
        return discounts

    def assumed_rates(self, sensitivity: Floats) -> Floats:
        """Return the recovery rate of each offer for each shopper as assumed, shape (n, offers), within [0, 1]."""
        rates: Floats = (self._base + self._gain * sensitivity).clip(0.0, 1.0)
        return rates.T  # laid out by offer, as all that follows: an operation then runs along all shoppers at once

    def recovery_rates(self, sensitivity: Floats) -> Floats:
        """Return the cautious recovery rate of each offer for each shopper, shape (n, offers), within [0, 1]."""
        rates: Floats = self.assumed_rates(sensitivity) * self._trust
        return rates

    def no_purchase(self, risk: Floats) -> Floats:
        """Return each shopper's chance of no purchase without an offer, shape (n,)."""
        if self._no_purchase is None:
            return risk
        return np.asarray(np.interp(risk, self._no_purchase.risks, self._no_purchase.chances))

    def margins(self, signals: Signals, rates: Floats | None = None) -> Floats:
        """Return the expected incremental contribution margin of every offer, shape (n, offers), in currency.

        The formula is ``p * r * (m*V - D) - (1 - p) * D - c``.
        p is the chance of no purchase, r the recovery rate, m the gross margin rate, V the order value.
        D is the discount, c the fixed cost.
        A recovered order earns its discounted margin. A shopper who would have bought anyway costs the discount.

        rates: recovery rates to use instead of the policy's cautious ones, shape (n, offers).
        """
        risk, value = self.no_purchase(signals.risk), signals.order_value
        recovery = (self.recovery_rates(signals.sensitivity) if rates is None else rates).T
        discount = self.discounts(value)
        earned = risk * recovery * (self._margin_rate * value - discount)
        margins: Floats = earned - (1 - risk) * discount - self._fixed_cost
        return margins.T

    def recoverable(self, signals: Signals) -> Floats:
        """Return the margin that abandonment is expected to cost, (n,), in currency: risk, margin rate, order value."""
        lost: Floats = signals.risk * self._margin_rate * signals.order_value
        return lost

    def eligible(self, signals: Signals) -> Bools:
        """Return who may receive which offer, shape (n, offers)."""
        tier = signals.value_tier.astype(np.intp)
        segment = signals.recency_segment.astype(np.intp)
        allowed: Bools = self._allowed[:, tier, segment] & (signals.risk >= self._minimum_risk)
        if self._has_amounts:  # what an amount leaves depends on the order
            allowed &= (self._amount == 0) | self._affordable(signals.order_value, tier)
        if not signals.known_enough.all():
            allowed &= self._costs_a_message | signals.known_enough
        if self._has_cool_downs:
            allowed &= rested(signals.days_since_offer, self._cool_down_days).T
        return allowed.T

    def _affordable(self, order_value: Floats, tier: Indices) -> Bools:
        """Return where a discount leaves the least margin and respects the largest share of the tier, (offers, n)."""
        discount = self.discounts(order_value)
        leaves_enough = discount <= (self._margin_rate - self._least_left + SHARE_TOLERANCE) * order_value
        small_enough = discount <= (self._largest_share[tier] + SHARE_TOLERANCE) * order_value
        affordable: Bools = leaves_enough & small_enough
        return affordable

    def costs(self, signals: Signals) -> Floats:
        """Return the expected spend on every offer, shape (n, offers), in currency.

        It is the fixed cost, plus the discount on orders that are recovered or would have come anyway.
        Recovery rates count without caution: a budget must hold where the assumed rates turn out right.
        """
        risk = self.no_purchase(signals.risk)
        redeemed = risk * self.assumed_rates(signals.sensitivity).T + (1 - risk)
        if self._has_amounts:
            costs: Floats = redeemed * self.discounts(signals.order_value) + self._fixed_cost
        else:
            costs = redeemed * self._share * signals.order_value + self._fixed_cost
        return costs.T

    def decide(self, signals: Signals, allowed: Bools | None = None) -> Decisions:
        """Choose the offer with the largest expected margin; doing nothing (margin 0) where none is above it.

        Of offers with equal margins the cheapest wins, so a discount is never given where a reminder earns the same.
        allowed: who may get which offer, shape (n, offers), where that is less than ``eligible`` says.

        >>> import numpy as np
        >>> from tests import factories
        >>> decider = Decider(factories.policy(), factories.recipe())
        >>> columns = [np.array(values) for values in ([0.9, 0.05], [100.0, 100.0], [0.5, 0.5], [1, 1], [0, 0])]
        >>> decisions = decider.decide(Signals(*columns))
        >>> [decider.choices[choice] for choice in decisions.choice]
        ['discount_15', 'reminder']
        >>> decisions.margin.round(2)
        array([7.45, 0.05])
        """
        margins = np.where(self.eligible(signals) if allowed is None else allowed, self.margins(signals), -np.inf)
        best = np.maximum.reduce(margins, axis=1)
        tied = margins >= (best - TIE_TOLERANCE)[:, None]
        if np.count_nonzero(tied) == len(best):
            offer = margins.argmax(axis=1)
        else:
            offer = np.where(tied, self.costs(signals), np.inf).argmin(axis=1)
        pays = best > TIE_TOLERANCE
        return Decisions(choice=np.where(pays, offer + 1, 0), margin=np.where(pays, best, 0.0))


def rested(days_since_offer: Floats, cool_down_days: Iterable[float | None]) -> Bools:
    """Return which offers a shopper's contact history allows, shape (n, offers).

    days_since_offer: NaN for a shopper without an offer so far, shape (n,).
    cool_down_days: of each offer; None allows it at any time.
    """
    columns = [
        np.ones(len(days_since_offer), bool)
        if days is None
        else np.isnan(days_since_offer) | (days_since_offer >= days)
        for days in cool_down_days
    ]
    return np.column_stack(columns)


def _allows(policy: Policy, offer: Intervention, tier: str, segment: str) -> bool:
    """Return whether the rules and, for a discount that is a share, the guardrails admit a tier and a segment."""
    discount, rule = offer.share, offer.eligibility
    left, most = policy.gross_margin_rate.value - discount, policy.maximum_discount_high_value
    return (
        (rule.value_tiers is None or tier in rule.value_tiers)
        and (rule.recency_segments is None or segment in rule.recency_segments)
        and (discount == 0 or left >= policy.minimum_margin_rate.value - SHARE_TOLERANCE)
        and (most is None or tier != policy.high_value_tier or discount <= most.value + SHARE_TOLERANCE)
    )
