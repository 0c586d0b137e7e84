"""Metrics of a binary classifier on weighted rows, all from one sorting, so that a bootstrap is cheap."""

from __future__ import annotations

from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Indices, Labels

CALIBRATION_BINS: Final = 15
CALIBRATION_GATES: Final = 3  # that hold an error against chance: with nothing blanked, half of it, all of it
CHANCE_QUANTILE: Final = 0.95 ** (1 / CALIBRATION_GATES)  # a calibrated model passes all of them in 95 % of tables
_SMALLEST: Final = 1e-7


def calibration_bins(p: Floats) -> Indices:
    """Return the bin of each probability, (n,); the CALIBRATION_BINS bins are equally wide."""
    return np.minimum((p * CALIBRATION_BINS).astype(np.intp), CALIBRATION_BINS - 1)


class Ranking:
    """Labels and probabilities of n rows, sorted once.

    ``labels``: (n,), 0 or 1.
    ``p``: (n,), the probability of a 1.
    ``threshold``: a row at or above it is predicted positive.

    >>> ranking = Ranking(np.array([0, 1, 0, 1], dtype=np.int8), np.array([0.1, 0.4, 0.6, 0.9]), threshold=0.5)
    >>> ranking.confusion()
    {'true_positives': 1, 'false_positives': 1, 'false_negatives': 1, 'true_negatives': 1}
    >>> found = ranking.metrics()
    >>> found["roc_auc"], found["f1"]
    (0.75, 0.5)
    """

    def __init__(self, labels: Labels, p: Floats, threshold: float) -> None:
        order = np.argsort(-p, kind="stable")
        self._order = order
        self._y = labels[order].astype(np.float64)
        self._p = p[order]
        self._predicted = self._p >= threshold
        self._ends = np.flatnonzero(np.append(np.diff(self._p) != 0, True))  # last row of each run of equal scores
        clipped = self._p.clip(_SMALLEST, 1 - _SMALLEST)
        self._log_loss = -np.where(self._y == 1, np.log(clipped), np.log1p(-clipped))
        self._bins = calibration_bins(self._p)

    def metrics(self, weights: Floats | None = None) -> dict[str, float]:
        """Return every metric, with each row counted ``weights`` times (once when absent).

        ``roc_auc`` and ``average_precision`` are NaN where the rows are all of one class.
        """
        w = np.ones(len(self._y)) if weights is None else weights[self._order].astype(np.float64)
        return self._ranked(w) | self._thresholded(w) | self._probabilistic(w)

    def roc_auc(self) -> float:
        """Return the area under the ROC curve alone. Only the order counts, so ``p`` may be of any size here."""
        return self._ranked(np.ones(len(self._y)))["roc_auc"]

    def confusion(self) -> dict[str, int]:
        """Return the confusion matrix; its four numbers add up to n."""
        y, predicted = self._y == 1, self._predicted
        return {
            "true_positives": int((y & predicted).sum()),
            "false_positives": int((~y & predicted).sum()),
            "false_negatives": int((y & ~predicted).sum()),
            "true_negatives": int((~y & ~predicted).sum()),
        }

    def _ranked(self, w: Floats) -> dict[str, float]:
        """Area under the ROC curve (trapezoids) and average precision (steps), ties counted as ties."""
        true = np.cumsum(w * self._y)[self._ends]
        false = np.cumsum(w * (1 - self._y))[self._ends]
        if true[-1] == 0 or false[-1] == 0:
            return {"roc_auc": float("nan"), "average_precision": float("nan")}
        rise = np.diff(true, prepend=0.0)
        auc = np.sum(np.diff(false, prepend=0.0) * (true - rise / 2)) / (true[-1] * false[-1])
        answered = true + false
        precision = np.divide(true, answered, out=np.zeros_like(true), where=answered > 0)
        return {"roc_auc": float(auc), "average_precision": float(np.sum(rise * precision) / true[-1])}

    def _thresholded(self, w: Floats) -> dict[str, float]:
        total, positives, answered = w.sum(), w @ self._y, w @ self._predicted
        hits = w @ (self._y * self._predicted)
        wrong = answered + positives - 2 * hits
        return {
            "f1": float(2 * hits / (answered + positives)) if answered + positives else 0.0,
            "precision": float(hits / answered) if answered else 0.0,
            "recall": float(hits / positives) if positives else 0.0,
            "accuracy": float(1 - wrong / total),
        }

    def _probabilistic(self, w: Floats) -> dict[str, float]:
        total = w.sum()
        size = np.bincount(self._bins, w, CALIBRATION_BINS)
        gap = np.abs(np.bincount(self._bins, w * self._p, CALIBRATION_BINS) - self._positives(w))
        return {
            "brier": float(w @ (self._p - self._y) ** 2 / total),
            "log_loss": float(w @ self._log_loss / total),
            "expected_calibration_error": float(gap.sum() / size.sum()),
        }

    def _positives(self, w: Floats) -> Floats:
        return np.bincount(self._bins, w * self._y, CALIBRATION_BINS).astype(np.float64)

    def reliability(self) -> list[dict[str, float]]:
        """Return rows, mean probability and share of positives of each bin that has rows (equal widths)."""
        w = np.ones(len(self._y))
        size = np.bincount(self._bins, w, CALIBRATION_BINS)
        stated = np.bincount(self._bins, self._p, CALIBRATION_BINS)
        found = self._positives(w)
        return [
            {"rows": float(n), "predicted": float(a / n), "observed": float(b / n)}
            for n, a, b in zip(size, stated, found, strict=True)
            if n
        ]


def calibration_error_by_chance(p: Floats, *, draws: int = 400, seed: int = 0) -> float:
    """Return the calibration error that a perfectly calibrated model stays below by chance (CHANCE_QUANTILE).

    Few rows have a calibration error even where every probability is right.
    """
    rng = np.random.default_rng(seed)
    bins = calibration_bins(p)
    stated = np.bincount(bins, p, CALIBRATION_BINS)
    errors = []
    for _ in range(draws):
        found = np.bincount(bins[rng.random(len(p)) < p], minlength=CALIBRATION_BINS)
        errors.append(np.abs(stated - found).sum() / len(p))
    return float(np.quantile(errors, CHANCE_QUANTILE))


def log_loss_gain(labels: Labels, p: Floats, base_rate: float) -> tuple[float, float]:
    """Return the 95 % interval of how much lower the log loss is than that of stating the base rate of everybody.

    Both are compared row by row: how many of the rows are positive by chance cancels out.

    >>> low, high = log_loss_gain(np.array([0, 1] * 50, dtype=np.int8), np.array([0.1, 0.9] * 50), 0.5)
    >>> round(low, 3), round(high, 3)
    (0.588, 0.588)
    """
    stated, constant = p.clip(_SMALLEST, 1 - _SMALLEST), np.clip(base_rate, _SMALLEST, 1 - _SMALLEST)
    gains = np.where(labels == 1, np.log(stated / constant), np.log((1 - stated) / (1 - constant)))
    mean, spread = float(gains.mean()), 1.96 * float(gains.std()) / len(gains) ** 0.5
    return mean - spread, mean + spread


def bootstrap(
    labels: Labels, p: Floats, threshold: float, *, resamples: int = 400, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return the 95 % percentile interval of every metric, over resampled rows."""
    ranking = Ranking(labels, p, threshold)
    rng = np.random.default_rng(seed)
    n = len(labels)
    draws = [
        ranking.metrics(np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64)) for _ in range(resamples)
    ]
    intervals = {}
    for name in draws[0]:
        low, high = np.nanquantile([draw[name] for draw in draws], (0.025, 0.975))
        intervals[name] = (float(low), float(high))
    return intervals
