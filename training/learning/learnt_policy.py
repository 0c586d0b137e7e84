"""The learnt policy: the assumed one with what outcomes taught in place of its assumptions, each with its source."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from lambda_fn.scoring.arrays import Indices
from lambda_fn.scoring.artefact.policy import Gain, Intervention, Policy, Share
from lambda_fn.scoring.offers.decider import Signals
from training.learning.no_purchase import learn_baseline
from training.learning.observed import Observed
from training.learning.rates import Rate, Rates, learn_rates
from training.learning.terms import terms_of


@dataclass(frozen=True)
class Learnt:
    """A learnt policy and the rates in it with their uncertainty."""

    policy: Policy
    rates: Rates


def learn_policy(policy: Policy, seen: Observed, data: str, prior_shoppers: float | None = None) -> Learnt:
    """Return the learnt policy. ``data`` names the decisions that it was learnt from."""
    baseline = learn_baseline(seen)
    rates = learn_rates(policy, seen, baseline, prior_shoppers)
    offers = tuple(
        _learnt(offer, rate, data, rates.prior_shoppers)
        for offer, rate in zip(policy.interventions, rates.offers, strict=True)
    )
    no_purchase = baseline.stated(baseline.on_line(baseline.centre) - rates.too_high)
    said = no_purchase.model_copy(update={"source": f"{no_purchase.source} Data: {data}."})
    return Learnt(policy.model_copy(update={"interventions": offers, "no_purchase": said}), rates)


def chance_of_gain(learnt: Learnt, before: Indices, after: Indices, signals: Signals) -> float:
    """Return the posterior probability that the choices ``after`` earn more than ``before``.

    What a choice earns is linear in its offer's (base, gain), so the difference is normal with the mean and variance
    that the rates' posterior gives it. The chance of no purchase is taken as learnt.
    """
    policy, no_purchase = learnt.policy, learnt.policy.no_purchase
    assert no_purchase is not None
    lost = np.interp(signals.risk, no_purchase.risks, no_purchase.chances)
    weights, fixed = np.zeros((len(policy.interventions), 2)), 0.0
    terms = terms_of(policy, policy.choices)
    discounts = terms.discounts(signals.order_value)
    for i, discount in enumerate(discounts[:, 1:].T):
        change = (after == i + 1).astype(float) - (before == i + 1)
        earned = change * lost * (terms.margin_rate * signals.order_value - discount)
        weights[i] = earned.sum(), (earned * signals.sensitivity).sum()
        fixed -= float((change * ((1 - lost) * discount + terms.cost[i + 1])).sum())
    means = np.array([[rate.base, rate.gain] for rate in learnt.rates.offers])
    gain = fixed + float((weights * means).sum())
    spread = math.sqrt(float(weights.ravel() @ learnt.rates.covariance @ weights.ravel()))
    return float(norm.cdf(gain / spread)) if spread else float(gain > 0)


def _learnt(offer: Intervention, rate: Rate, data: str, prior_shoppers: float) -> Intervention:
    """Return the offer with its learnt rate; what caution is left is taken out of it, as a decision puts it back."""
    low, high = rate.interval()
    trust = 1 - rate.caution
    source = (
        f"Learnt from {rate.shoppers:,} matured decisions with this offer ({data}); base rate {rate.base:.4f}, 95 % "
        f"interval {low:.4f} to {high:.4f}; the assumption counts as {prior_shoppers:g} shoppers."
    )
    learnt_base, learnt_gain = rate.possible()
    base = float(np.clip(learnt_base / trust, 0, 1)) if trust else offer.base_recovery_rate.value
    gain = float(np.clip(learnt_gain / trust, -1, 1)) if trust else offer.gain
    return offer.model_copy(
        update={
            "base_recovery_rate": Share(value=base, source=source),
            "gain_per_sensitivity": Gain(value=gain, source=source),
            "caution": Share(
                value=rate.caution, source=f"What is left of the caution after {rate.shoppers:,} decisions."
            ),
        }
    )
