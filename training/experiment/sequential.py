"""Tests that may be looked at every day: asymptotic confidence sequences.

Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2021), "Time-uniform central limit theory and asymptotic confidence
sequences", equation for independent observations with estimated variance. The interval holds at all times together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Integers

PLANNED_SHOPPERS: Final = 50_000  # where the sequence is narrowest, when nothing else is planned


@dataclass(frozen=True)
class Sequence:
    """An estimate, and its interval at all times together."""

    estimate: float
    interval: tuple[float, float]

    @property
    def excludes_zero(self) -> bool:
        """Return whether the interval lies on one side of 0."""
        return self.interval[0] > 0 or self.interval[1] < 0


def tuning(planned: float, alpha: float) -> float:
    """Return rho, with which the sequence is narrowest near ``planned`` shoppers.

    ``sqrt((-2 log(alpha) + log(-2 log(alpha)) + 1) / planned)``
    """
    return math.sqrt((-2 * math.log(alpha) + math.log(-2 * math.log(alpha)) + 1) / planned)


def half_width(sd: Floats | float, count: Floats | Integers | float, planned: float, alpha: float) -> Floats:
    """Return half the width of the sequence for a mean of ``count`` observations with standard deviation ``sd``.

    ``sd * sqrt(2 (n rho^2 + 1) / (n^2 rho^2) * log(sqrt(n rho^2 + 1) / alpha))``
    """
    rho2 = tuning(planned, alpha) ** 2
    n = np.asarray(count, dtype=np.float64)
    return np.asarray(
        sd * np.sqrt(2 * (n * rho2 + 1) / (n**2 * rho2) * np.log(np.sqrt(n * rho2 + 1) / alpha)), dtype=np.float64
    )


def mean_sequence(values: Floats, planned: float = PLANNED_SHOPPERS, confidence: float = 0.95) -> Sequence:
    """Return the confidence sequence of a mean; one value a shopper, standard deviation with n - 1."""
    centre = float(values.mean())
    half = float(half_width(float(values.std(ddof=1)), len(values), planned, 1 - confidence))
    return Sequence(centre, (centre - half, centre + half))


def difference_sequence(
    control: Floats, treatment: Floats, planned: float = PLANNED_SHOPPERS, confidence: float = 0.95
) -> Sequence:
    """Return the confidence sequence of treatment's mean less control's.

    The half width of a mean with n = n_c + n_t and ``sd = sqrt(n (s_c^2 / n_c + s_t^2 / n_t))``, variances with n - 1.
    """
    count = len(control) + len(treatment)
    sd = math.sqrt(count * (control.var(ddof=1) / len(control) + treatment.var(ddof=1) / len(treatment)))
    half = float(half_width(sd, count, planned, 1 - confidence))
    difference = float(treatment.mean() - control.mean())
    return Sequence(difference, (difference - half, difference + half))
