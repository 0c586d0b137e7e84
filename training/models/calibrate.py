"""Choose and fit a calibration on rows that the estimator has not learnt from. It travels as data in the manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Indices, Labels
from lambda_fn.scoring.artefact.manifest import Calibration, IdentityCalibration, SigmoidCalibration, TableCalibration
from lambda_fn.scoring.model import calibrator

FOLDS: Final = 3
KNOTS: Final = 60  # bins of the isotonic curve
HINGES: Final = (0.02, 0.1, 0.3, 0.7, 0.9, 0.98)  # scores at which the bent sigmoid may change its slope
GRID_LOGITS: Final = (-10.0, 10.0, 161)  # where the bent sigmoid is written down: from, to, points
FLEXIBLE_ROWS: Final = 2_000  # from which on more than a sigmoid is tried
WORTH_IT: Final = 0.001  # a more flexible method must lower the log loss by this share of the simpler one's
_SMALLEST: Final = 1e-7

Method = Callable[[Labels, Floats], Calibration]


def log_loss(labels: Labels, p: Floats) -> float:
    """Return the mean negative log likelihood, in nats; probabilities are kept off 0 and 1 by 1e-7."""
    p = p.clip(_SMALLEST, 1 - _SMALLEST)
    return float(-np.where(labels == 1, np.log(p), np.log1p(-p)).mean())


@dataclass(frozen=True)
class Chosen:
    """A fitted calibration.

    ``name``: of the method that fitted it; several methods give the same kind of table.
    """

    name: str
    calibration: Calibration


def choose(labels: Labels, scores: Floats) -> Chosen:
    """Return the calibration with the lowest cross-fitted log loss; ties go to the simpler method.

    ``labels``: of rows that the estimator has not learnt from, (n,).
    ``scores``: the estimator's probabilities of them, (n,), or (copies, n) where each copy has other blanks.
    """
    copies = np.atleast_2d(scores)
    rows = np.tile(np.arange(len(labels)), len(copies))
    labels, scores = labels[rows], copies.ravel()
    best, best_loss = "", np.inf
    few = len(copies[0]) < FLEXIBLE_ROWS
    for name, method in SIMPLE_METHODS.items() if few else METHODS.items():
        loss = _cross_fitted_loss(method, labels, scores, rows % FOLDS)
        if not best or loss < best_loss * (1 - WORTH_IT):
            best, best_loss = name, loss
    return Chosen(best, METHODS[best](labels, scores))


def fit_identity(_labels: Labels, _scores: Floats) -> Calibration:
    """Use the estimator's probabilities as they are."""
    return IdentityCalibration()


def fit_sigmoid(labels: Labels, scores: Floats) -> Calibration:
    """Fit Platt's sigmoid on the logit by maximum likelihood, with Platt's smoothed targets."""
    from scipy.optimize import minimize

    logit = _logit(scores)
    positives = int(labels.sum())
    targets = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (len(labels) - positives + 2))

    def loss(weights: Floats) -> tuple[float, Floats]:
        z = weights[0] * logit + weights[1]
        error = 1 / (1 + np.exp(-z)) - targets
        value = np.logaddexp(0, z) - targets * z
        return float(value.mean()), np.array([(error * logit).mean(), error.mean()])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(1e-3, None), (None, None)])
    return SigmoidCalibration(slope=float(found.x[0]), intercept=float(found.x[1]))


def fit_bent_sigmoid(labels: Labels, scores: Floats) -> Calibration:
    """Fit a sigmoid whose slope may change at HINGES, written down as a rising table.

    As smooth as Platt's sigmoid where data are few, and free to follow a curve that is not one: on the twin the true
    probability is a clipped straight line.
    """
    from sklearn.linear_model import LogisticRegression

    bent = LogisticRegression(max_iter=2_000).fit(_hinged(_logit(scores)), labels)
    grid = np.linspace(*GRID_LOGITS)
    rising = np.maximum.accumulate(bent.predict_proba(_hinged(grid))[:, 1])
    return TableCalibration(
        scores=(0.0, *(1 / (1 + np.exp(-grid))).tolist(), 1.0),
        probabilities=(float(rising[0]), *rising.tolist(), float(rising[-1])),
    )


def _logit(p: Floats) -> Floats:
    p = p.clip(_SMALLEST, 1 - _SMALLEST)
    return np.log(p / (1 - p))


def _hinged(logit: Floats) -> Floats:
    return np.stack([logit, *(np.maximum(logit - hinge, 0) for hinge in _logit(np.array(HINGES)))], axis=1)


def fit_isotonic(labels: Labels, scores: Floats) -> Calibration:
    """Fit a rising, piecewise linear curve through the shares of positives in KNOTS quantile bins of the scores.

    Smoothed towards the base rate by one shopper a bin, so that no bin claims certainty.
    """
    from sklearn.isotonic import IsotonicRegression

    order = np.argsort(scores, kind="stable")
    bins = np.array_split(order, min(KNOTS, len(order) // 2))
    base = float(labels.mean())
    centres = np.array([scores[rows].mean() for rows in bins])
    shares = np.array([(labels[rows].sum() + base) / (len(rows) + 1) for rows in bins])
    sizes = np.array([len(rows) for rows in bins])
    centres, first = np.unique(centres, return_inverse=True)
    weights = np.bincount(first, sizes)
    shares = np.bincount(first, shares * sizes) / weights
    rising = IsotonicRegression().fit_transform(centres, shares, sample_weight=weights)
    if len(centres) == 1:  # the estimator gives everybody one score
        centres, rising = np.array([0.0, 1.0]), np.repeat(rising, 2)
    return TableCalibration(scores=tuple(centres.tolist()), probabilities=tuple(rising.tolist()))


SIMPLE_METHODS: Final[dict[str, Method]] = {"identity": fit_identity, "sigmoid": fit_sigmoid}
METHODS: Final[dict[str, Method]] = {
    **SIMPLE_METHODS,
    "bent sigmoid": fit_bent_sigmoid,
    "isotonic": fit_isotonic,
}  # from the simplest to the most flexible


def _cross_fitted_loss(method: Method, labels: Labels, scores: Floats, fold: Indices) -> float:
    calibrated = np.empty_like(scores)
    for number in range(FOLDS):
        held_out = fold == number
        calibration = method(labels[~held_out], scores[~held_out])
        calibrated[held_out] = calibrator(calibration)(scores[held_out])
    return log_loss(labels, calibrated)
