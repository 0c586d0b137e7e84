"""Trials made for the tests of experiments and learning."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.experiment.trial import Trial


def trial(rows: int = 3_000, seed: int = 1, shares: tuple[float, ...] = (0.5, 0.3, 0.2), **changes: Any) -> Trial:
    """Return a plain trial of none, a mail and a discount, which sell a little more."""
    rng = np.random.default_rng(seed)
    arm = rng.choice(len(shares), size=rows, p=shares)
    covariate = rng.lognormal(2, 0.5, rows)
    bought = rng.random(rows) < 0.10 + 0.03 * arm
    revenue = np.where(bought, rng.lognormal(4, 0.4, rows) + covariate, 0.0)
    fields: dict[str, Any] = {
        "arms": ("none", "mail", "discount")[: len(shares)],
        "arm": arm,
        "propensities": np.tile(shares, (rows, 1)),
        "shopper": np.arange(rows),
        "bought": bought,
        "revenue": revenue,
        "margin": 0.3 * revenue - 0.05 * (arm > 0),
        "covariate": covariate,
    }
    return Trial(**{**fields, **changes})
