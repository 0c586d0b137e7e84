"""A candidate is measured on the holdout, beside its baselines and the Bayes optimum."""

import numpy as np
import pytest

from training.data.prepared import Prepared
from training.evaluation.evaluate import Metrics, one_row_microseconds
from training.models.candidate import DECISION_THRESHOLD, Candidate
from training.models.metrics import Ranking


def test_the_metrics_are_those_of_the_holdout_within_their_intervals(
    prepared: Prepared, logistic: Candidate, metrics: Metrics
) -> None:
    p = logistic.probabilities(prepared.holdout.matrix)
    expected = Ranking(prepared.holdout.labels, p, DECISION_THRESHOLD).metrics()
    assert {name: metrics[name] for name in expected} == expected
    for name, value in expected.items():
        low, high = metrics["intervals_95"][name]
        assert low < high
        assert name == "expected_calibration_error" or low <= value <= high  # resampling adds to a calibration error
    assert sum(metrics["confusion"].values()) == metrics["holdout_rows"] == len(prepared.holdout)


def test_the_document_says_what_was_measured(prepared: Prepared, logistic: Candidate, metrics: Metrics) -> None:
    assert metrics["label"] == "cart_abandonment_rate >= 30 percent"
    assert (metrics["label_unit"], metrics["family"], metrics["decision_threshold"]) == ("percent", "logistic", 0.5)
    assert metrics["positive_shares"] == prepared.positive_shares()
    assert metrics["onnx_bytes"] == len(logistic.onnx)
    assert metrics["limit_roc_auc"] >= metrics["best_single_feature_roc_auc"]


def test_one_row_takes_time(prepared: Prepared, logistic: Candidate) -> None:
    found = one_row_microseconds(logistic.onnx, prepared.holdout.matrix)
    assert np.isfinite(found)
    assert found == pytest.approx(round(found, 1))
    assert found > 0
