"""What outcomes teach about recovery rates.

The assumption is the prior and counts as PRIOR_SHOPPERS shoppers. With no data the learnt policy decides as the assumed
one does; with many it decides by the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.policy import Policy
from training.learning.no_purchase import PRIOR_BUYERS
from training.learning.observed import Observed

PRIOR_SHOPPERS: Final = 1_000  # what an assumed recovery rate counts as
WORTH_SPREAD: Final = 0.5  # prior standard deviation of what all assumed rates together are worth
_SMALLEST_VARIANCE: Final = 0.05  # of a purchase: keeps a shopper who surely buys from outweighing all others
_RIDGE: Final = 1e-9  # where nobody may get an offer, its assumption stays
_WORTH, _LINE, _OWN = 0, slice(1, 3), 3  # places of the parameters; from _OWN on, two for each offer


@dataclass(frozen=True)
class Rate:
    """The recovery rate of one offer, ``base + gain * s``, and how sure it is.

    ``covariance``: posterior, of (base, gain), shape (2, 2)
    ``shoppers``: matured decisions that it was learnt from
    ``caution``: what is left of the policy's
    """

    base: float
    gain: float
    covariance: Floats
    shoppers: int
    caution: float

    def possible(self) -> tuple[float, float]:
        """Return (base, gain) with a base of at least 0, which is what a policy can say.

        Where the base is below 0, it becomes 0, and the gain its posterior mean given that: base and gain are
        correlated, and to cut one alone would raise the rate of every shopper.
        """
        if self.base >= 0:
            return self.base, self.gain
        return 0.0, self.gain - float(self.covariance[0, 1] / self.covariance[0, 0]) * self.base

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the normal interval of the base rate."""
        half = float(norm.ppf(0.5 + confidence / 2)) * float(np.sqrt(self.covariance[0, 0]))
        return self.base - half, self.base + half


@dataclass(frozen=True)
class Rates:
    """The learnt rates of all offers.

    ``covariance``: posterior, of (base, gain, base, gain, ...)
    ``line``: intercept and slope in risk of what the chance of no purchase is too high by
    """

    offers: tuple[Rate, ...]
    covariance: Floats
    line: Floats


def learn_rates(policy: Policy, seen: Observed, lost: Floats, prior_shoppers: float = PRIOR_SHOPPERS) -> Rates:
    """Return the learnt rate of each of the policy's offers. ``policy`` is the assumed one, never one learnt before.

    ``bought - (1 - q) = q (base + gain s) + (a + b risk) + noise``, where q is the learnt chance of no purchase,
    ``lost``, and ``a + b risk`` its error: one for all offers, and all that is left of rows without an offer. Leaving
    it out would take an error of q for an effect of every offer, and be too sure of it. Weighted least squares with
    weights 1 / variance of a purchase.

    Prior: ``(base, gain) = worth * assumed + own``. The worth of all assumptions together has mean 1 - caution and
    standard deviation WORTH_SPREAD. An offer's own deviation has mean 0, and the precision of ``prior_shoppers``
    shoppers drawn from those who may get the offer. (a, b) have mean 0 and the precision of PRIOR_BUYERS shoppers.
    """
    trust = 1 - policy.caution.value
    assumed = np.array([[offer.base_recovery_rate.value, offer.gain] for offer in policy.interventions])
    precision = _prior_precision(trust * assumed, seen, lost, prior_shoppers)
    moment = np.zeros(len(precision))
    moment[_WORTH] = WORTH_SPREAD**-2 * trust
    none = seen.offer == 0
    gram, found = _normal_equations(seen, lost, none, np.zeros(2))
    precision[_LINE, _LINE] += gram[2:, 2:]
    moment[_LINE] += found[2:]
    spreads = np.array([_spread(one, i, len(precision)) for i, one in enumerate(assumed)])
    for i, spread in enumerate(spreads):
        gram, found = _normal_equations(seen, lost, seen.offer == i + 1, trust * assumed[i])
        precision += spread.T @ gram @ spread
        moment += spread.T @ found
    covariance = np.linalg.inv(precision)
    means = covariance @ moment
    flat = spreads[:, :2].reshape(-1, len(precision))
    counts = np.bincount(seen.offer, minlength=len(policy.choices))[1:]
    return _rates(policy, counts, prior_shoppers, flat @ means, flat @ covariance @ flat.T, means[_LINE])


def _spread(assumed: Floats, offer: int, size: int) -> Floats:
    """Return what gives (base, gain, a, b) of one offer from all parameters, shape (4, size)."""
    spread = np.zeros((4, size))
    spread[:2, _WORTH] = assumed
    spread[:2, _OWN + 2 * offer : _OWN + 2 * offer + 2] = np.eye(2)
    spread[2:, _LINE] = np.eye(2)
    return spread


def _prior_precision(guesses: Floats, seen: Observed, lost: Floats, prior_shoppers: float) -> Floats:
    size = _OWN + 2 * len(guesses)
    precision = np.zeros((size, size))
    precision[_WORTH, _WORTH] = WORTH_SPREAD**-2
    everybody = np.ones(len(lost), bool)
    unit = _normal_equations(seen, lost, everybody, np.zeros(2))[0][2:, 2:]
    precision[_LINE, _LINE] = unit * (PRIOR_BUYERS / max(len(lost), 1)) + np.eye(2) * _RIDGE
    for i, guess in enumerate(guesses):
        own, may = slice(_OWN + 2 * i, _OWN + 2 * i + 2), seen.eligible[:, i]
        unit = _normal_equations(seen, lost, may, guess)[0][:2, :2]
        precision[own, own] = unit * (prior_shoppers / max(int(may.sum()), 1)) + np.eye(2) * _RIDGE
    return precision


def _normal_equations(seen: Observed, lost: Floats, rows: Bools, guess: Floats) -> tuple[Floats, Floats]:
    """Return X'WX and X'Wy of some rows, for X = (q, q s, 1, risk) and y = bought - (1 - q)."""
    q, s = lost[rows], seen.sensitivity[rows]
    design = np.column_stack([q, q * s, np.ones(len(q)), seen.risk[rows]])
    chance = 1 - q + design[:, :2] @ guess
    weighted = design / np.maximum(chance * (1 - chance), _SMALLEST_VARIANCE)[:, None]
    return weighted.T @ design, weighted.T @ (seen.bought[rows] - (1 - q))


def _rates(
    policy: Policy, counts: Indices, prior_shoppers: float, means: Floats, covariance: Floats, line: Floats
) -> Rates:
    offers = []
    for i, (offer, count) in enumerate(zip(policy.interventions, counts.tolist(), strict=True)):
        own = slice(2 * i, 2 * i + 2)
        left = (offer.caution or policy.caution).value * prior_shoppers / (prior_shoppers + count)
        base, gain = (float(one) for one in means[own])
        offers.append(Rate(base, gain, covariance[own, own], count, left))
    return Rates(tuple(offers), covariance, line)
