"""Logs made for the tests of learning."""

from __future__ import annotations

import numpy as np

from training.learning.observed import Observed


def observed(rows: int, seed: int = 1, worth: float = 0.6) -> tuple[Observed, np.ndarray]:
    """Return shoppers of whom a quarter gets each choice, in a world where assumed rates are worth ``worth``."""
    rng = np.random.default_rng(seed)
    risk, sensitivity, offer = rng.random(rows), rng.random(rows), rng.integers(0, 4, rows)
    base, gain = np.array([0, 0.05, 0.15, 0.20])[offer], np.array([0, 0.0, 0.3, 0.4])[offer]
    lost = 0.4 + 0.5 * risk
    bought = rng.random(rows) < 1 - lost + lost * worth * (base + gain * sensitivity)
    return Observed(risk, sensitivity, offer, bought, np.ones((rows, 3), bool)), lost
