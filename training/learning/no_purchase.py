"""The chance that a shopper without an offer does not buy, by risk, learnt from those who got none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Indices
from lambda_fn.scoring.artefact.policy import NoPurchase
from training.learning.observed import Observed

PRIOR_BUYERS: Final = 100  # what "risk is the chance of no purchase" counts as
LINE_SHOPPERS: Final = 10_000  # what the line counts as, when bins of risk depart from it
BINS: Final = 20  # of risk, equally wide


@dataclass(frozen=True)
class Baseline:
    """The chance of no purchase as shoppers without an offer alone tell it.

    ``line``: its intercept and slope in risk
    ``share``: of all shoppers in each bin of risk, shape (BINS,)
    ``centre``: their mean risk, shape (BINS,)
    ``chances``: at the centres, rising, shape (BINS,)
    ``shoppers``: decisions without an offer
    """

    line: Floats
    share: Floats
    centre: Floats
    chances: Floats
    shoppers: int

    def at(self, risk: Floats) -> Floats:
        """Return the chance at each risk."""
        kept = self.share > 0
        return np.asarray(np.interp(risk, self.centre[kept], self.chances[kept]))

    def on_line(self, risk: Floats) -> Floats:
        """Return the line at each risk, which may lie outside of 0 to 1."""
        return np.asarray(self.line[0] + self.line[1] * risk)

    def stated(self, chances: Floats) -> NoPurchase:
        """Return chances at the centres as a policy states them."""
        kept = self.share > 0
        rising = _rising(chances[kept], self.share[kept])
        return NoPurchase(
            risks=tuple(np.clip(self.centre[kept], 0, 1).tolist()),
            chances=tuple(rising.tolist()),
            source=f"Learnt from {self.shoppers:,} matured decisions without an offer, and from those with one.",
        )


def learn_baseline(seen: Observed, prior_shoppers: float = PRIOR_BUYERS) -> Baseline:
    """Return the chance of no purchase by risk, learnt from the rows without an offer.

    First a line, ``intercept + slope * risk``, by least squares, with "the chance is the risk" counting as
    ``prior_shoppers``. Then the mean of each of BINS bins, with the line counting as LINE_SHOPPERS shoppers spread as
    all shoppers are. Isotonic regression makes the bins rising.

    Rows count alike. Weights of 1 / propensity would let a few hundred control shoppers outweigh all others, and in
    simulations doubled the shortfall. The price: given risk, who is worth no offer must buy as often as who is.
    """
    share, centre = _bin_shares(seen.risk)
    untreated = seen.offer == 0
    risk, place = seen.risk[untreated], bins(seen.risk[untreated])
    count = np.bincount(place, minlength=BINS)
    lost = np.bincount(place, ~seen.bought[untreated], minlength=BINS)
    at = np.divide(np.bincount(place, risk, minlength=BINS), count, out=centre.copy(), where=count > 0)
    line = fit_line(
        np.concatenate([risk, centre]),
        np.concatenate([~seen.bought[untreated], centre]),
        np.concatenate([np.ones(len(risk)), prior_shoppers * share]),
    )
    # Where a bin's untreated shoppers differ in risk from its centre, the line moves their mean there.
    moved = lost + count * line[1] * (centre - at)
    weights = count + LINE_SHOPPERS * share
    means = (moved + LINE_SHOPPERS * share * np.clip(line[0] + line[1] * centre, 0, 1)) / np.maximum(weights, 1e-9)
    chances, kept = np.zeros(BINS), share > 0
    chances[kept] = _rising(means[kept], weights[kept])
    return Baseline(line, share, centre, chances, len(risk))


def _rising(chances: Floats, weights: Floats) -> Floats:
    from sklearn.isotonic import IsotonicRegression

    places = np.arange(len(chances))
    fitted = IsotonicRegression(y_min=0, y_max=1).fit_transform(places, chances, sample_weight=weights)
    return np.asarray(fitted, dtype=np.float64)


def _bin_shares(risk: Floats) -> tuple[Floats, Floats]:
    """Return the share of all shoppers in each bin of risk, and their mean risk."""
    place = bins(risk)
    count = np.bincount(place, minlength=BINS)
    return count / len(risk), np.bincount(place, risk, minlength=BINS) / np.maximum(count, 1)


def fit_line(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Return intercept and slope of the weighted least squares line."""
    design = np.column_stack([np.ones(len(x)), x])
    weighted = design * weight[:, None]
    return np.asarray(np.linalg.lstsq(weighted.T @ design, weighted.T @ y)[0])


def bins(risk: Floats) -> Indices:
    """Return the bin of each risk."""
    return np.minimum((risk * BINS).astype(np.intp), BINS - 1)
