"""The intervention policy: what to offer each shopper, and what the offer is expected to earn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

import numpy as np
from pydantic import Field, model_validator

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.errors import PolicyError
from lambda_fn.scoring.frozen import FrozenFinite
from lambda_fn.scoring.recipe import Bin, Recipe

NO_INTERVENTION: Final = "none"
TIE_TOLERANCE: Final = 1e-9  # currency units; margins closer than this count as equal
SHARE_TOLERANCE: Final = (
    1e-9  # 0.30 - 0.20 is less than 0.10 in floating point, and a guardrail of 0.10 must let it pass
)


class _Sourced(FrozenFinite):
    """A number and where it comes from. An assumption says so in its source."""

    source: str = Field(min_length=1)


class Share(_Sourced):
    """A share of one, between 0 and 1."""

    value: float = Field(ge=0, le=1)


class Amount(_Sourced):
    """A non-negative amount in the policy's currency."""

    value: float = Field(ge=0)


class Gain(_Sourced):
    """A change of a recovery rate per unit of discount sensitivity."""

    value: float = Field(ge=-1, le=1)


class Eligibility(FrozenFinite):
    """Who may receive an intervention.

    minimum_risk: the lowest risk; None admits every risk.
    value_tiers: labels of the value tier; None admits all.
    recency_segments: labels of the recency segment; None admits all.
    """

    minimum_risk: Share | None = None
    value_tiers: tuple[str, ...] | None = None
    recency_segments: tuple[str, ...] | None = None


class NoPurchase(_Sourced):
    """The chance that a shopper without an offer does not buy, by risk.

    risks, chances: rising knots, between which it is linear.

    The label that the model learnt is a trait of the shopper. What an offer can recover is an order that would not come
    within the attribution window, and how often that is, only outcomes tell.
    """

    risks: tuple[float, ...] = Field(min_length=1)
    chances: tuple[float, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_knots(self) -> Self:
        rising = list(self.risks) == sorted(self.risks) and list(self.chances) == sorted(self.chances)
        inside = min(*self.risks, *self.chances) >= 0 and max(*self.risks, *self.chances) <= 1
        if len(self.risks) != len(self.chances) or not rising or not inside:
            raise PolicyError("no_purchase: give as many chances as risks, both rising and between 0 and 1")
        return self


class Attribution(FrozenFinite):
    """Which orders count for a decision.

    window_days: orders within so many days after it.
    lag_days: how late an order may still be reported.
    """

    window_days: float = Field(default=14, gt=0)
    lag_days: float = Field(default=3, ge=0)


class Intervention(FrozenFinite):
    """One thing the shop can do to recover a cart.

    discount_share: share of the order value that is given away.
    fixed_cost: cost per shopper who gets it, in currency.
    base_recovery_rate, gain_per_sensitivity: ``base + gain * sensitivity``, kept in [0, 1], is the assumed share of
        abandoning shoppers who then buy.
    eligibility: who may receive it.
    caution: of this offer, instead of the policy's.
    cool_down_days: days after a shopper's last offer before this one is allowed again.
    """

    name: str = Field(min_length=1, pattern=r"^[a-z0-9_]+$")
    discount_share: Share
    fixed_cost: Amount
    base_recovery_rate: Share
    gain_per_sensitivity: Gain
    eligibility: Eligibility = Eligibility()
    caution: Share | None = None
    cool_down_days: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _check_name(self) -> Self:
        if self.name == NO_INTERVENTION:
            raise PolicyError(f"{NO_INTERVENTION!r} (do nothing) is always available; do not list it")
        return self


class Policy(FrozenFinite):
    """Margins, offers and guardrails, and the names in the recipe that they depend on.

    currency: ISO 4217.
    gross_margin_rate: share of the order value that is margin before any discount.
    caution: share by which assumed recovery rates are cut, because no experiment has measured them yet. It counts
        when an offer is chosen and its margin estimated, not when its cost is estimated.
    minimum_margin_rate: guardrail. A discount must leave this share of the order value as margin.
    maximum_discount_high_value: guardrail. The largest discount for shoppers of ``high_value_tier``.
    order_value: name of the input that holds the value of the order at stake, in currency.
    sensitivity: name of the step that holds the discount sensitivity, in [0, 1].
    value_tier, recency_segment: names of bin steps.
    interventions: the offers to choose from, beside doing nothing.
    no_purchase: translates risk into the chance of no purchase. None takes the risk for that chance.
    attribution: which orders count for a decision.
    """

    currency: str = Field(min_length=3, max_length=3)
    gross_margin_rate: Share
    caution: Share
    minimum_margin_rate: Share
    maximum_discount_high_value: Share
    high_value_tier: str
    order_value: str
    sensitivity: str
    value_tier: str
    recency_segment: str
    interventions: Annotated[tuple[Intervention, ...], Field(min_length=1)]
    no_purchase: NoPurchase | None = None
    attribution: Attribution = Attribution()

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names = [intervention.name for intervention in self.interventions]
        if repeated := {name for name in names if names.count(name) > 1}:
            raise PolicyError(f"intervention {', '.join(sorted(repeated))} is listed twice")
        return self

    @property
    def choices(self) -> tuple[str, ...]:
        """Names of everything that can be recommended; doing nothing is the first."""
        return (NO_INTERVENTION, *(intervention.name for intervention in self.interventions))

    def check_against(self, recipe: Recipe) -> None:
        """Raise PolicyError unless the recipe has every input, step and label that this policy names."""
        steps = {step.name: step for step in recipe.steps}
        if self.order_value not in {field.name for field in recipe.inputs if field.kind == "number"}:
            raise PolicyError(f"order_value names {self.order_value!r}, which is not a numeric input of the recipe")
        if self.sensitivity not in steps:
            raise PolicyError(f"sensitivity names {self.sensitivity!r}, which is not a step of the recipe")
        tiers = _labels(steps.get(self.value_tier), "value_tier", self.value_tier)
        segments = _labels(steps.get(self.recency_segment), "recency_segment", self.recency_segment)
        named_tiers = {self.high_value_tier}
        named_segments: set[str] = set()
        for intervention in self.interventions:
            named_tiers |= set(intervention.eligibility.value_tiers or ())
            named_segments |= set(intervention.eligibility.recency_segments or ())
        if unknown := sorted((named_tiers - set(tiers)) | (named_segments - set(segments))):
            raise PolicyError(
                f"unknown tier or segment {', '.join(unknown)}; tiers are {', '.join(tiers)}, "
                f"segments are {', '.join(segments)}"
            )


def _labels(step: Any, role: str, name: str) -> tuple[str, ...]:
    if not isinstance(step, Bin):
        raise PolicyError(f"{role} names {name!r}, which is not a bin step of the recipe")
    return step.labels


@dataclass(frozen=True)
class Signals:
    """What a decision depends on: one value per shopper, each field of shape (n,).

    risk: calibrated probability of abandonment.
    order_value: value of the order at stake, in currency.
    sensitivity: discount sensitivity, in [0, 1].
    value_tier: bin number.
    recency_segment: bin number.
    """

    risk: Floats
    order_value: Floats
    sensitivity: Floats
    value_tier: Floats
    recency_segment: Floats


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
        steps = {step.name: step for step in recipe.steps}
        tiers = _labels(steps[policy.value_tier], "value_tier", policy.value_tier)
        segments = _labels(steps[policy.recency_segment], "recency_segment", policy.recency_segment)
        offers = policy.interventions
        self.choices = policy.choices
        self._margin_rate = policy.gross_margin_rate.value
        self._trust = np.array([1 - (offer.caution or policy.caution).value for offer in offers])
        self._no_purchase = policy.no_purchase
        self._discount = np.array([offer.discount_share.value for offer in offers])
        self._fixed_cost = np.array([offer.fixed_cost.value for offer in offers])
        self._base = np.array([offer.base_recovery_rate.value for offer in offers])
        self._gain = np.array([offer.gain_per_sensitivity.value for offer in offers])
        thresholds = [offer.eligibility.minimum_risk for offer in offers]
        self._minimum_risk = np.array([threshold.value if threshold else 0.0 for threshold in thresholds])
        self._allowed = np.array(
            [
                [[self._allows(policy, offer, tier, segment) for segment in segments] for tier in tiers]
                for offer in offers
            ]
        )

    @staticmethod
    def _allows(policy: Policy, offer: Intervention, tier: str, segment: str) -> bool:
        discount = offer.discount_share.value
        left, most = policy.gross_margin_rate.value - discount, policy.maximum_discount_high_value.value
        rule = offer.eligibility
        return (
            (rule.value_tiers is None or tier in rule.value_tiers)
            and (rule.recency_segments is None or segment in rule.recency_segments)
            and (discount == 0 or left >= policy.minimum_margin_rate.value - SHARE_TOLERANCE)
            and (tier != policy.high_value_tier or discount <= most + SHARE_TOLERANCE)
        )

    @property
    def never_offered(self) -> tuple[str, ...]:
        """Names of the offers that the guardrails and rules leave to no tier and segment: a mistake in the policy."""
        return tuple(name for name, allowed in zip(self.choices[1:], self._allowed, strict=True) if not allowed.any())

    def assumed_rates(self, sensitivity: Floats) -> Floats:
        """Return the recovery rate of each offer for each shopper as assumed, shape (n, offers), within [0, 1]."""
        rates: Floats = np.clip(self._base[:, None] + self._gain[:, None] * sensitivity, 0.0, 1.0)
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

        The formula is ``p * r * (m*V - d*V) - (1 - p) * d*V - c``.
        p is the chance of no purchase, r the recovery rate, m the gross margin rate, V the order value.
        d is the discount share, c the fixed cost.
        A recovered order earns its discounted margin. A shopper who would have bought anyway costs the discount.

        rates: recovery rates to use instead of the policy's cautious ones, shape (n, offers).
        """
        risk, value = self.no_purchase(signals.risk), signals.order_value
        recovery = (self.recovery_rates(signals.sensitivity) if rates is None else rates).T
        discount = self._discount[:, None] * value
        earned = risk * recovery * (self._margin_rate * value - discount)
        margins: Floats = earned - (1 - risk) * discount - self._fixed_cost[:, None]
        return margins.T

    def eligible(self, signals: Signals) -> Bools:
        """Return who may receive which offer, shape (n, offers)."""
        tier = signals.value_tier.astype(np.intp)
        segment = signals.recency_segment.astype(np.intp)
        allowed: Bools = self._allowed[:, tier, segment] & (signals.risk >= self._minimum_risk[:, None])
        return allowed.T

    def costs(self, signals: Signals) -> Floats:
        """Return the expected spend on every offer, shape (n, offers), in currency.

        It is the fixed cost, plus the discount on orders that are recovered or would have come anyway.
        Recovery rates count without caution: a budget must hold where the assumed rates turn out right.
        """
        risk = self.no_purchase(signals.risk)
        redeemed = risk * self.assumed_rates(signals.sensitivity).T + (1 - risk)
        costs: Floats = redeemed * self._discount[:, None] * signals.order_value + self._fixed_cost[:, None]
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
        best = margins.max(axis=1)
        tied = margins >= (best - TIE_TOLERANCE)[:, None]
        if np.count_nonzero(tied) == len(best):
            offer = margins.argmax(axis=1)
        else:
            offer = np.where(tied, self.costs(signals), np.inf).argmin(axis=1)
        pays = best > TIE_TOLERANCE
        return Decisions(choice=np.where(pays, offer + 1, 0), margin=np.where(pays, best, 0.0))
