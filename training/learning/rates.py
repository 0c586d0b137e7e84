"""What outcomes teach about recovery rates.

The assumption is the prior and counts as a number of shoppers. With no data the learnt policy decides as the assumed
one does; with many it decides by the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.artefact.policy import Policy
from training.learning.no_purchase import BINS, LINE_SHOPPERS, PRIOR_BUYERS, Baseline, bins
from training.learning.observed import Observed

# Shoppers that an assumed rate may count as; without data the first.
PRIOR_CHOICES: Final = (1_000, 500, 2_000, 4_000, 8_000, 16_000)
WORTH_SPREAD: Final = 0.5  # prior standard deviation of what all assumed rates together are worth
_SMALLEST_VARIANCE: Final = 0.05  # of a purchase: keeps a shopper who surely buys from outweighing all others
_RIDGE: Final = 1e-9  # where nobody may get an offer, its assumption stays
_WORTH, _LINE, _BINS = 0, slice(1, 3), slice(3, 3 + BINS)  # places of the parameters
_ERROR, _OWN = slice(1, 3 + BINS), 3 + BINS  # from _OWN on there are two for each offer


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
    ``too_high``: what the line of the baseline is too high by in each bin of risk, shape (BINS,)
    ``prior_shoppers``: what each offer's assumption counts as
    """

    offers: tuple[Rate, ...]
    covariance: Floats
    too_high: Floats
    prior_shoppers: float


def learn_rates(policy: Policy, seen: Observed, baseline: Baseline, prior_shoppers: float | None = None) -> Rates:
    """Return the learnt rate of each of the policy's offers. ``policy`` is the assumed one, never one learnt before.

    ``bought - (1 - l) = q (base + gain s) + (a + b risk + bin) + noise``, where q is the chance of no purchase of the
    baseline, l its line, and what is in brackets the error of the line, the same whatever the offer: all that is left
    of rows without an offer. Leaving it out would take an error for an effect of offers, and be too sure of it.
    Weighted least squares with weights 1 / variance of a purchase.

    Prior: ``(base, gain) = worth * assumed + own``. The worth of all assumptions together has mean 1 - caution and
    standard deviation WORTH_SPREAD. An offer's own deviation has mean 0, and the precision of ``prior_shoppers``
    shoppers drawn from those who may get the offer. "The chance is the risk" has the precision of PRIOR_BUYERS
    shoppers, "the bins lie on a line" that of LINE_SHOPPERS.

    Without ``prior_shoppers`` the data say how far offers deviate from what was assumed: of PRIOR_CHOICES the number
    under which they are likeliest (empirical Bayes).
    """
    trust = 1 - policy.caution.value
    assumed = np.array([[offer.base_recovery_rate.value, offer.gain] for offer in policy.interventions])
    lost = baseline.at(seen.risk)
    spreads = np.array([_spread(one, i, _OWN + assumed.size) for i, one in enumerate(assumed)])
    gram, moment = _told(spreads, trust * assumed, seen, baseline, lost)
    fixed, own, expected = _prior(trust, trust * assumed, seen, baseline, lost)
    choices = PRIOR_CHOICES if prior_shoppers is None else (prior_shoppers,)
    likelihoods = [log_evidence(fixed + own * shoppers, expected, gram, moment) for shoppers in choices]
    counts_as = choices[int(np.argmax(likelihoods))]
    prior = fixed + own * counts_as
    covariance = np.linalg.inv(prior + gram)
    means = covariance @ (prior @ expected + moment)
    flat = spreads[:, :2].reshape(-1, len(prior))
    of_rates = flat @ covariance @ flat.T
    intercept, slope, *bins_too_high = means[_ERROR]
    counts = np.bincount(seen.offer, minlength=len(policy.choices))[1:]
    return Rates(
        offers=_rates(policy, counts, counts_as, flat @ means, of_rates),
        covariance=of_rates,
        too_high=intercept + slope * baseline.centre + np.array(bins_too_high),
        prior_shoppers=counts_as,
    )


def _told(spreads: Floats, guesses: Floats, seen: Observed, baseline: Baseline, lost: Floats) -> tuple[Floats, Floats]:
    """Return the precision and the moment of all parameters that the data bring."""
    size = spreads.shape[2]
    precision, moment = np.zeros((size, size)), np.zeros(size)
    gram, found = _normal_equations(seen, baseline, lost, seen.offer == 0, np.zeros(2))
    precision[_ERROR, _ERROR] += gram[2:, 2:]
    moment[_ERROR] += found[2:]
    for i, (spread, guess) in enumerate(zip(spreads, guesses, strict=True)):
        gram, found = _normal_equations(seen, baseline, lost, seen.offer == i + 1, guess)
        precision += spread.T @ gram @ spread
        moment += spread.T @ found
    return precision, moment


def log_evidence(prior: Floats, expected: Floats, gram: Floats, moment: Floats) -> float:
    """Return the log likelihood of the data under a normal prior, but for what is the same under each.

    ``(log |P0| - log |P| + m' P^-1 m - m0' P0^-1 m0) / 2`` with ``P = P0 + X'WX``, ``m0 = P0 mean``,
    ``m = m0 + X'Wy``.
    """
    whole, start = prior + gram, prior @ expected
    together = start + moment
    gain = float(together @ np.linalg.solve(whole, together) - start @ expected)
    return 0.5 * (float(np.linalg.slogdet(prior)[1] - np.linalg.slogdet(whole)[1]) + gain)


def _spread(assumed: Floats, offer: int, size: int) -> Floats:
    """Return what gives (base, gain, a, b, bins) of one offer from all parameters, shape (4 + BINS, size)."""
    spread = np.zeros((4 + BINS, size))
    spread[:2, _WORTH] = assumed
    spread[:2, _OWN + 2 * offer : _OWN + 2 * offer + 2] = np.eye(2)
    spread[2:, _ERROR] = np.eye(2 + BINS)
    return spread


def _prior(
    trust: float, guesses: Floats, seen: Observed, baseline: Baseline, lost: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the prior's precision without own deviations, theirs for one shopper, and the prior's means."""
    size = _OWN + guesses.size
    fixed, own, expected = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)
    fixed[_WORTH, _WORTH], expected[_WORTH] = WORTH_SPREAD**-2, trust
    everybody = np.ones(len(lost), bool)
    unit = _normal_equations(seen, baseline, lost, everybody, np.zeros(2))[0][2:, 2:] / max(len(lost), 1)
    fixed[_LINE, _LINE] = unit[:2, :2] * PRIOR_BUYERS
    fixed[_BINS, _BINS] = unit[2:, 2:] * LINE_SHOPPERS
    expected[_LINE] = baseline.line - np.array([0.0, 1.0])
    for i, guess in enumerate(guesses):
        place, may = slice(_OWN + 2 * i, _OWN + 2 * i + 2), seen.eligible[:, i]
        unit = _normal_equations(seen, baseline, lost, may, guess)[0][:2, :2]
        own[place, place] = unit / max(int(may.sum()), 1)
    fixed[1:, 1:] += np.eye(size - 1) * _RIDGE
    return fixed, own, expected


def _normal_equations(
    seen: Observed, baseline: Baseline, lost: Floats, rows: Bools, guess: Floats
) -> tuple[Floats, Floats]:
    """Return X'WX and X'Wy of some rows, for X = (q, q s, 1, risk, bin of risk) and y = bought - (1 - l)."""
    q, s, risk, place = lost[rows], seen.sensitivity[rows], seen.risk[rows], bins(seen.risk[rows])
    design = np.column_stack([q, q * s, np.ones(len(q)), risk])
    chance = 1 - q + design[:, :2] @ guess
    weight = 1 / np.maximum(chance * (1 - chance), _SMALLEST_VARIANCE)
    weighted = design * weight[:, None]
    surprise = seen.bought[rows] - (1 - baseline.on_line(risk))
    crossed = np.array([np.bincount(place, column, minlength=BINS) for column in weighted.T])
    in_bins = np.diag(np.bincount(place, weight, minlength=BINS))
    gram = np.block([[weighted.T @ design, crossed], [crossed.T, in_bins]])
    moment = np.bincount(place, weight * surprise, minlength=BINS)
    return gram, np.concatenate([weighted.T @ surprise, moment])


def _rates(
    policy: Policy, counts: Indices, prior_shoppers: float, means: Floats, covariance: Floats
) -> tuple[Rate, ...]:
    offers = []
    for i, (offer, count) in enumerate(zip(policy.interventions, counts.tolist(), strict=True)):
        own = slice(2 * i, 2 * i + 2)
        left = (offer.caution or policy.caution).value * prior_shoppers / (prior_shoppers + count)
        base, gain = (float(one) for one in means[own])
        offers.append(Rate(base, gain, covariance[own, own], count, left))
    return tuple(offers)
