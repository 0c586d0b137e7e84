"""What a model is worth when less is known: the metrics at each share of blanks, on the same rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Indices, Labels
from lambda_fn.scoring.columns import Columns
from lambda_fn.scoring.service import RISK_DECIMALS
from training.data.prepared import Prepared
from training.models import blanks
from training.models.blanks import SHARES
from training.models.candidate import DECISION_THRESHOLD, Candidate
from training.models.metrics import CALIBRATION_BINS, CHANCE_QUANTILE, Ranking
from training.shops.shop import RateLabel
from training.synthetic.best_possible import is_twin
from training.synthetic.posterior_with_blanks import CAUSES, posterior_with_blanks

COPIES: Final = 4  # of the rows, each with other blanks: fewer bins are off by the chance of one draw
CHANCE_DRAWS: Final = 200
_SEED: Final = 13

Risk = Callable[[Columns], Floats]


def on_holdout(prepared: Prepared, candidate: Candidate) -> dict[str, list[dict[str, float]]]:
    """Return ``blanked``, the metrics of a candidate for each of SHARES, and the Bayes optimum's where it is known.

    The Bayes optimum of the twin is ``blanked_limit``, on the same rows with the same blanks.
    """
    columns, labels = prepared.columns(prepared.split.holdout), prepared.holdout.labels
    models = candidate.models_of_holdout(len(columns))
    found = {"blanked": blanked_metrics(columns, labels, lambda rows: candidate.holdout_risk(prepared, rows), models)}
    label = prepared.options.label
    if isinstance(label, RateLabel) and is_twin(prepared.report.usable):
        threshold = label.threshold_percent
        found["blanked_limit"] = blanked_metrics(columns, labels, lambda rows: _posterior(prepared, rows, threshold))
    return found


def _posterior(prepared: Prepared, columns: Columns, threshold_percent: float) -> Floats:
    names = prepared.layout.numeric_names
    causes = {name: columns.numbers[:, names.index(name)] for name in CAUSES}
    return posterior_with_blanks(causes, threshold_percent)


def blanked_metrics(
    columns: Columns, labels: Labels, risk: Risk, models: Indices | None = None
) -> list[dict[str, float]]:
    """Return the metrics of ``risk`` for each of SHARES, an input being missing with that probability.

    models: the number of the model that answers for each row, (n,); None where it is one.
    risk: columns with blanks -> calibrated probabilities, (n,). They are rounded as answers are.
    ece: expected calibration error over bins of equal size, by rank among the answers of one model.
    ece_by_chance: what a perfectly calibrated model stays below by chance (CHANCE_QUANTILE) on these rows.
    mean_confidence: mean probability of the predicted side of the decision threshold.
    """
    numbers = np.zeros(len(columns), np.intp) if models is None else models
    return [_at(share, columns, labels, risk, numbers) for share in SHARES]


def _at(share: float, columns: Columns, labels: Labels, risk: Risk, models: Indices) -> dict[str, float]:
    rng = np.random.default_rng([_SEED, round(share * 100)])
    copies = COPIES if 0 < share < 1 else 1
    p = np.concatenate([risk(blanks.blank(columns, share, rng)) for _ in range(copies)]).round(RISK_DECIMALS)
    repeated = np.tile(labels, copies)
    bins = _bins(p, np.tile(models, copies))
    found = Ranking(repeated, p, DECISION_THRESHOLD).metrics()
    return {
        "share": share,
        "ece": _error(repeated, p, bins),
        "ece_by_chance": _error_by_chance(p, bins, copies, rng),
        "log_loss": found["log_loss"],
        "roc_auc": found["roc_auc"],
        "f1": found["f1"],
        "mean_risk": float(p.mean()),
        "mean_confidence": float(np.where(p >= DECISION_THRESHOLD, p, 1 - p).mean()),
    }


def calibration_error(labels: Labels | Floats, p: Floats) -> float:
    """Return the expected calibration error over CALIBRATION_BINS bins with as many rows each, (n,) both.

    Rows of equal probability share a bin: where everybody gets the same answer, there is one bin.
    """
    return _error(labels, p, _bins(p, np.zeros(len(p), np.intp)))


def _bins(p: Floats, models: Indices) -> Indices:
    """Return the bin of each row by the rank of its probability among those of the same model.

    Cross-fitted models differ in what they say of one and the same shopper. Were they told apart, a bin of shoppers of
    whom nothing is known would measure how the base rates of the folds differ.
    """
    bins = np.empty(len(p), np.intp)
    for number in np.unique(models):
        of_model = models == number
        bins[of_model] = _bins_of_one(p[of_model])
    return bins


def _bins_of_one(p: Floats) -> Indices:
    cuts = np.quantile(p, np.arange(1, CALIBRATION_BINS) / CALIBRATION_BINS, method="inverted_cdf")
    return np.unique(cuts).searchsorted(p, side="left")


def _error(labels: Labels | Floats, p: Floats, bins: Indices) -> float:
    return float(np.abs(np.bincount(bins, p) - np.bincount(bins, labels)).sum() / len(p))


def _error_by_chance(p: Floats, bins: Indices, copies: int, rng: np.random.Generator) -> float:
    """Return the CHANCE_QUANTILE of the error if every probability were right; copies of a row share their luck."""
    rows = len(p) // copies
    errors = [_error((np.tile(rng.random(rows), copies) < p).astype(np.float64), p, bins) for _ in range(CHANCE_DRAWS)]
    return float(np.quantile(errors, CHANCE_QUANTILE))
