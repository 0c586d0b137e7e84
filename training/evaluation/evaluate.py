"""What a trained model is worth: every metric on the holdout, beside its baselines, with intervals."""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np

from lambda_fn.scoring.arrays import Matrix
from training.data.prepared import Prepared
from training.evaluation.baselines import SingleFeature, baseline_metrics
from training.models import export
from training.models.candidate import DECISION_THRESHOLD, Candidate
from training.models.metrics import Ranking, bootstrap, calibration_error_by_chance, log_loss_gain
from training.shops.shop import RateLabel
from training.synthetic.best_possible import bayes_optimum_metrics, is_twin

_LATENCY_RUNS: Final = 300

Metrics = dict[str, Any]  # JSON


def evaluate(prepared: Prepared, candidate: Candidate, single: SingleFeature) -> Metrics:
    """Return the metrics of a candidate and its baselines on the holdout, as JSON.

    ``single``: the best single feature.
    """
    holdout = prepared.holdout
    p = candidate.on_holdout(prepared)
    ranking = Ranking(holdout.labels, p, DECISION_THRESHOLD)
    intervals = bootstrap(holdout.labels, p, DECISION_THRESHOLD)
    return {
        **ranking.metrics(),
        **baseline_metrics(single, prepared.train, prepared.validation, holdout),
        **_bayes_optimum(prepared),
        "calibration_error_by_chance": calibration_error_by_chance(p),
        "log_loss_gain_interval_95": list(log_loss_gain(holdout.labels, p, float(prepared.train.labels.mean()))),
        "intervals_95": {name: list(interval) for name, interval in intervals.items()},
        "confusion": ranking.confusion(),
        "reliability": ranking.reliability(),
        "holdout_rows": len(holdout),
        "cross_fitted": candidate.cross_fitted is not None,
        "train_rows": len(prepared.train),
        "validation_rows": len(prepared.validation),
        "positive_shares": prepared.positive_shares(),
        "label": str(prepared.options.label),
        "label_unit": prepared.label_unit,
        "decision_threshold": DECISION_THRESHOLD,
        "calibration": candidate.calibration_name,
        "family": candidate.family,
        "fit_seconds": round(candidate.fit_seconds, 2),
        "onnx_bytes": len(candidate.onnx),
        "onnx_microseconds_one_row": one_row_microseconds(candidate.onnx, holdout.matrix),
        "largest_difference_from_sklearn": candidate.largest_difference,
    }


def _bayes_optimum(prepared: Prepared) -> Metrics:
    label = prepared.options.label
    if not isinstance(label, RateLabel) or not is_twin(prepared.report.usable):
        return {}
    rows = prepared.table(prepared.split.holdout)
    return dict(bayes_optimum_metrics(rows, prepared.holdout.labels, label.threshold_percent))


def one_row_microseconds(onnx: bytes, matrix: Matrix) -> float:
    """Return the median time of one single-row call of the ONNX session, one thread."""
    session = export.open_session(onnx)
    row = {export.INPUT: matrix[:1]}
    times = []
    for _ in range(_LATENCY_RUNS):
        start = time.perf_counter()
        session.run([export.OUTPUT], row)
        times.append(time.perf_counter() - start)
    return round(float(np.median(times)) * 1e6, 1)
