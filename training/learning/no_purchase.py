"""The chance that a shopper without an offer does not buy, by risk, learnt from those who got none."""

from __future__ import annotations

from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Indices
from lambda_fn.scoring.policy import NoPurchase
from training.learning.observed import Observed

PRIOR_BUYERS: Final = 100  # what "risk is the chance of no purchase" counts as
LINE_SHOPPERS: Final = 10_000  # what the line counts as, when bins of risk depart from it
BINS: Final = 20  # of risk, equally wide


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


def corrected(known: NoPurchase, line: Floats) -> NoPurchase:
    """Return the chances less ``line[0] + line[1] * risk``, still rising and between 0 and 1."""
    chances = np.array(known.chances) - line[0] - line[1] * np.array(known.risks)
    rising = np.maximum.accumulate(np.clip(chances, 0, 1))
    return known.model_copy(update={"chances": tuple(rising.tolist())})
