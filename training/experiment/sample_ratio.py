"""Was the traffic split as the log says? If not, nothing else in it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import chi2

from training.experiment.trial import Trial, first_of_each

ALARM: Final = 0.001  # below this p-value everything stops
_NULL: Final = 1e-9  # of the largest eigenvalue: as propensities sum to 1, one eigenvalue is 0 but for rounding


@dataclass(frozen=True)
class SampleRatio:
    """Observed shoppers in each arm, what the logged propensities expect, and the test's result.

    ``shoppers`` counts each shopper's first decision: later ones are no new draws.
    ``impossible`` counts all decisions whose action had propensity 0.
    """

    shoppers: int
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    statistic: float
    degrees_of_freedom: int
    p_value: float
    impossible: int

    @property
    def broken(self) -> bool:
        """Return whether the split is not what the log says."""
        return self.p_value < ALARM


def check_sample_ratio(trial: Trial) -> SampleRatio:
    """Return the chi-squared test of the arms' counts against the logged propensities.

    ``(O - E)' C+ (O - E)`` with ``E = sum pi_i`` and ``C = sum (diag(pi_i) - pi_i pi_i')``. C+ is its pseudo-inverse,
    and its rank is the degrees of freedom. With the same propensities for everybody this is Pearson's test.
    An action that had propensity 0 gives p = 0.
    """
    rows = first_of_each(trial.shopper)
    pi = trial.propensities[rows]
    pi = pi / pi.sum(axis=1, keepdims=True)  # a log rounds them
    observed = np.bincount(trial.arm[rows], minlength=len(trial.arms))
    expected = pi.sum(axis=0)
    covariance = np.diag(expected) - pi.T @ pi
    off = observed - expected
    rank = int(np.linalg.matrix_rank(covariance, tol=_NULL * len(rows), hermitian=True))
    statistic = float(off @ np.linalg.pinv(covariance, rcond=_NULL, hermitian=True) @ off)
    impossible = int((trial.propensities[np.arange(len(trial.arm)), trial.arm] <= 0).sum())
    p_value = float(chi2.sf(statistic, rank)) if rank else 1.0
    return SampleRatio(
        shoppers=len(rows),
        observed=tuple(observed.tolist()),
        expected=tuple(expected.tolist()),
        statistic=statistic,
        degrees_of_freedom=rank,
        p_value=0.0 if impossible else p_value,
        impossible=impossible,
    )
