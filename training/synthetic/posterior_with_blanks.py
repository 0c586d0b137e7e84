"""The Bayes optimum on the twin with blanks: the label's exact posterior, given whatever is known of the chain.

Only the chain's four causes tell about the label, so the other inputs do not matter, missing or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats

SCORES: Final = range(11)  # of stress and impulse
PURCHASES: Final = range(8)  # a month
STEP: Final = range(-2, 3)  # from one score of the chain to the next, before clipping
MORE_PURCHASES: Final = range(3)  # beyond half the impulse score
RATE_NOISE: Final = range(-10, 11)
CAUSES: Final = (
    "overall_stress_level",
    "stress_from_financial_decisions",
    "impulse_buying_score",
    "impulse_purchases_per_month",
)
_SIZES: Final = (len(SCORES), len(SCORES), len(SCORES), len(PURCHASES))


def posterior_with_blanks(causes: Mapping[str, Floats], threshold_percent: float) -> Floats:
    """Return P(rate >= threshold | what is known) of each row, (n,).

    causes: the CAUSES, each (n,), NaN where missing. What is missing is summed over, by the chain's probabilities.
    """
    table = _table(threshold_percent)
    places = []
    for name, size in zip(CAUSES, _SIZES, strict=True):
        values = np.asarray(causes[name], dtype=np.float64)
        places.append(np.where(np.isnan(values), size, np.nan_to_num(values)).astype(np.intp))
    return table[tuple(places)]


@cache
def _table(threshold_percent: float) -> Floats:
    """Return the posterior of every combination, (12, 12, 12, 9): the last place of each axis stands for missing."""
    weights = np.zeros(_SIZES)
    for overall, first, second, more in product(SCORES, STEP, STEP, MORE_PURCHASES):
        financial = min(max(overall + first, 0), 10)
        impulse = min(max(financial + second, 0), 10)
        weights[overall, financial, impulse, impulse // 2 + more] += 1
    positive = weights * _label_probability(threshold_percent)[None, :, :, None]
    for axis in range(len(_SIZES)):
        weights, positive = (
            np.concatenate([part, part.sum(axis, keepdims=True)], axis) for part in (weights, positive)
        )
    return np.divide(positive, weights, out=np.full_like(weights, np.nan), where=weights > 0)


def _label_probability(threshold_percent: float) -> Floats:
    """Return P(rate >= threshold) by financial stress and impulse score, (11, 11)."""
    financial, impulse, noise = np.ix_(SCORES, SCORES, RATE_NOISE)
    rate = (5 * impulse + 3 * financial + noise).clip(0, 100)
    share: Floats = (rate >= threshold_percent).mean(axis=2)
    return share
