"""What a trained model is worth: every metric on the holdout, beside its baselines, with intervals."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lambda_fn.scoring.manifest import Calibration
from lambda_fn.scoring.model import calibrator
from training.data.prepare import Prepared
from training.evaluation.baselines import SingleFeature, baseline_measures
from training.models import export
from training.models.metrics import Ranking, bootstrap, calibration_error_by_chance
from training.synthetic.best_possible import is_twin, limit_measures

DECISION_THRESHOLD: Final = 0.5  # of a calibrated probability: more likely to abandon than not
_LATENCY_RUNS: Final = 300

Metrics = dict[str, Any]  # JSON
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Candidate:
    """A trained, exported and calibrated estimator."""

    family: str
    estimator: Any
    onnx: bytes
    calibration: Calibration
    calibration_name: str  # of the method that fitted it
    fit_seconds: float
    largest_difference: float

    def probabilities(self, matrix: NDArray[np.float32]) -> Floats:
        """Return the calibrated probabilities, as the service would."""
        return calibrator(self.calibration)(export.probabilities(self.onnx, matrix))


def evaluate(prepared: Prepared, candidate: Candidate, single: SingleFeature) -> Metrics:
    """Return the metrics document of a candidate, measured once on the holdout."""
    holdout = prepared.holdout
    p = candidate.probabilities(holdout.matrix)
    ranking = Ranking(holdout.labels, p, DECISION_THRESHOLD)
    intervals = bootstrap(holdout.labels, p, DECISION_THRESHOLD)
    return {
        **ranking.measures(),
        **baseline_measures(single, prepared.train, prepared.validation, holdout),
        **_limit(prepared),
        "calibration_error_by_chance": calibration_error_by_chance(p, DECISION_THRESHOLD),
        "intervals_95": {name: list(interval) for name, interval in intervals.items()},
        "confusion": ranking.confusion(),
        "reliability": ranking.reliability(),
        "holdout_rows": len(holdout),
        "train_rows": len(prepared.train),
        "validation_rows": len(prepared.validation),
        "positive_shares": prepared.positive_shares(),
        "label": f"{prepared.options.label_column} >= {prepared.options.threshold_percent:g} percent",
        "label_unit": prepared.label_unit,
        "decision_threshold": DECISION_THRESHOLD,
        "calibration": candidate.calibration_name,
        "family": candidate.family,
        "fit_seconds": round(candidate.fit_seconds, 2),
        "onnx_bytes": len(candidate.onnx),
        "onnx_microseconds_one_row": one_row_microseconds(candidate.onnx, holdout.matrix),
        "largest_difference_from_sklearn": candidate.largest_difference,
    }


def _limit(prepared: Prepared) -> Metrics:
    table = prepared.report.usable
    if not is_twin(table):
        return {}
    rows = prepared.table(prepared.split.holdout)
    return dict(limit_measures(rows, prepared.holdout.labels, prepared.options.threshold_percent))


def one_row_microseconds(onnx: bytes, matrix: NDArray[np.float32]) -> float:
    """Return the median time of one single-row call of the ONNX session, one thread."""
    session = export.open_session(onnx)
    row = {export.INPUT: matrix[:1]}
    times = []
    for _ in range(_LATENCY_RUNS):
        start = time.perf_counter()
        session.run([export.OUTPUT], row)
        times.append(time.perf_counter() - start)
    return round(float(np.median(times)) * 1e6, 1)
