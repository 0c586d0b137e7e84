"""What outcomes teach about the policy's numbers: the chance of no purchase, recovery rates, and caution.

The assumption is the prior and counts as PRIOR_SHOPPERS shoppers. With no data the learnt policy decides as the assumed
one does; with many it decides by the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.policy import NoPurchase, Policy

PRIOR_SHOPPERS: Final = 1_000  # what an assumed recovery rate counts as
PRIOR_BUYERS: Final = 100  # what "risk is the chance of no purchase" counts as
WORTH_SPREAD: Final = 0.5  # prior standard deviation of what all assumed rates together are worth
LINE_SHOPPERS: Final = 10_000  # what the line counts as, when bins of risk depart from it
BINS: Final = 20  # of risk, equally wide
_SMALLEST_VARIANCE: Final = 0.05  # of a purchase: keeps a shopper who surely buys from outweighing all others
_RIDGE: Final = 1e-9  # where nobody may get an offer, its assumption stays


@dataclass(frozen=True)
class Observed:
    """n matured decisions with known signals, each field of shape (n,) unless it says otherwise.

    ``offer``: index into the policy's choices
    ``eligible``: which offers each shopper may get, shape (n, offers)
    """

    risk: Floats
    sensitivity: Floats
    offer: Indices
    bought: Bools
    eligible: Bools


@dataclass(frozen=True)
class Rate:
    """The recovery rate of one offer, ``base + gain * s``, and how sure it is.

    ``covariance``: of (base, gain), shape (2, 2)
    ``shoppers``: matured decisions that it was learnt from
    ``caution``: what is left of the policy's
    """

    base: float
    gain: float
    covariance: Floats
    shoppers: int
    caution: float

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the normal interval of the base rate."""
        half = float(norm.ppf(0.5 + confidence / 2)) * float(np.sqrt(self.covariance[0, 0]))
        return self.base - half, self.base + half


@dataclass(frozen=True)
class Rates:
    """The learnt rates of all offers; ``covariance`` is that of (base, gain, base, gain, ...)."""

    offers: tuple[Rate, ...]
    covariance: Floats


def learn_no_purchase(seen: Observed, prior_shoppers: float = PRIOR_BUYERS) -> NoPurchase:
    """Return the chance of no purchase by risk, learnt from the rows without an offer.

    First a line, ``intercept + slope * risk``, by least squares, with "the chance is the risk" counting as
    ``prior_shoppers``. Then the mean of each of BINS bins, with the line counting as LINE_SHOPPERS shoppers spread as
    all shoppers are. Isotonic regression makes the bins rising.

    Rows count alike. Weights of 1 / propensity would let a few hundred control shoppers outweigh all others, and in
    simulations doubled the shortfall. The price: given risk, who is worth no offer must buy as often as who is.
    """
    from sklearn.isotonic import IsotonicRegression

    share, centre = _bin_shares(seen.risk)
    untreated = seen.offer == 0
    risk, place = seen.risk[untreated], _bins(seen.risk[untreated])
    count = np.bincount(place, minlength=BINS)
    lost = np.bincount(place, ~seen.bought[untreated], minlength=BINS)
    at = np.divide(np.bincount(place, risk, minlength=BINS), count, out=centre.copy(), where=count > 0)
    line = fit_line(
        np.concatenate([risk, centre]),
        np.concatenate([~seen.bought[untreated], centre]),
        np.concatenate([np.ones(len(risk)), prior_shoppers * share]),
    )
    kept = share > 0
    # Where a bin's untreated shoppers differ in risk from its centre, the line moves their mean there.
    moved = lost + count * line[1] * (centre - at)
    chances = (moved + LINE_SHOPPERS * share * np.clip(line[0] + line[1] * centre, 0, 1))[kept]
    weights = (count + LINE_SHOPPERS * share)[kept]
    rising = IsotonicRegression(y_min=0, y_max=1).fit_transform(centre[kept], chances / weights, sample_weight=weights)
    return NoPurchase(
        risks=tuple(np.clip(centre[kept], 0, 1).tolist()),
        chances=tuple(rising.tolist()),
        source=f"Learnt from {len(risk):,} matured decisions without an offer.",
    )


def _bin_shares(risk: Floats) -> tuple[Floats, Floats]:
    """Return the share of all shoppers in each bin of risk, and their mean risk."""
    place = _bins(risk)
    count = np.bincount(place, minlength=BINS)
    return count / len(risk), np.bincount(place, risk, minlength=BINS) / np.maximum(count, 1)


def fit_line(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Return intercept and slope of the weighted least squares line."""
    design = np.column_stack([np.ones(len(x)), x])
    weighted = design * weight[:, None]
    return np.asarray(np.linalg.lstsq(weighted.T @ design, weighted.T @ y)[0])


def _bins(risk: Floats) -> Indices:
    return np.minimum((risk * BINS).astype(np.intp), BINS - 1)


def learn_rates(policy: Policy, seen: Observed, lost: Floats, prior_shoppers: float = PRIOR_SHOPPERS) -> Rates:
    """Return the learnt rate of each of the policy's offers. ``policy`` is the assumed one, never one learnt before.

    Of shoppers with an offer, ``bought - (1 - q) = q (base + gain s) + noise``, where q is the chance of no purchase,
    ``lost``. Weighted least squares with weights 1 / variance of a purchase.

    Prior: ``(base, gain) = worth * assumed + own``. The worth of all assumptions together has mean 1 - caution and
    standard deviation WORTH_SPREAD. An offer's own deviation has mean 0, and the precision of ``prior_shoppers``
    shoppers drawn from those who may get the offer.
    """
    offers = policy.interventions
    assumed = np.array([[offer.base_recovery_rate.value, offer.gain] for offer in offers])
    size = 1 + 2 * len(offers)
    precision, moment = np.zeros((size, size)), np.zeros(size)
    precision[0, 0] = WORTH_SPREAD**-2
    moment[0] = WORTH_SPREAD**-2 * (1 - policy.caution.value)
    spread = np.zeros((len(offers), 2, size))  # offer's (base, gain) = spread @ (worth, own deviations)
    for i, prior in enumerate(assumed):
        own = slice(1 + 2 * i, 3 + 2 * i)
        spread[i, :, 0], spread[i, :, own] = prior, np.eye(2)
        guess = (1 - policy.caution.value) * prior
        may, rows = seen.eligible[:, i], seen.offer == i + 1
        unit, _ = _normal_equations(lost[may], seen.sensitivity[may], None, guess)
        precision[own, own] += unit * (prior_shoppers / max(int(may.sum()), 1)) + np.eye(2) * _RIDGE
        gram, found = _normal_equations(lost[rows], seen.sensitivity[rows], seen.bought[rows], guess)
        precision += spread[i].T @ gram @ spread[i]
        moment += spread[i].T @ found
    flat = spread.reshape(-1, size)
    covariance = flat @ np.linalg.inv(precision) @ flat.T
    means = (flat @ np.linalg.solve(precision, moment)).reshape(-1, 2)
    counts = np.bincount(seen.offer, minlength=1 + len(offers))[1:]
    rates = tuple(
        Rate(
            base=float(means[i, 0]),
            gain=float(means[i, 1]),
            covariance=covariance[2 * i : 2 * i + 2, 2 * i : 2 * i + 2],
            shoppers=int(counts[i]),
            caution=(offer.caution or policy.caution).value * prior_shoppers / (prior_shoppers + int(counts[i])),
        )
        for i, offer in enumerate(offers)
    )
    return Rates(rates, covariance)


def _normal_equations(lost: Floats, sensitivity: Floats, bought: Bools | None, guess: Floats) -> tuple[Floats, Floats]:
    """Return X'WX and X'Wy for X = (q, q s) and y = bought - (1 - q)."""
    design = np.column_stack([lost, lost * sensitivity])
    chance = 1 - lost + design @ guess
    weighted = design / np.maximum(chance * (1 - chance), _SMALLEST_VARIANCE)[:, None]
    moment = np.zeros(2) if bought is None else weighted.T @ (bought - (1 - lost))
    return weighted.T @ design, moment
