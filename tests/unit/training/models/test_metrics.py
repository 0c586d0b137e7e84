"""The metrics agree with scikit-learn's, weighted and with ties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from training.models.metrics import Ranking, bootstrap, calibration_error_by_chance

cases = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def draw(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n = int(rng.integers(2, 60))
    labels = rng.integers(0, 2, n).astype(np.int8)
    labels[:2] = (0, 1)
    return labels, rng.integers(0, 8, n) / 7  # few values: many ties, and both ends


@settings(max_examples=60, deadline=None)
@given(cases)
def test_metrics_agree_with_scikit_learn(rng: np.random.Generator) -> None:
    labels, p = draw(rng)
    weights = rng.integers(1, 4, len(labels)).astype(float)
    found = Ranking(labels, p, 0.5).metrics(weights)
    predicted = p >= 0.5
    expected = {
        "roc_auc": sk.roc_auc_score(labels, p, sample_weight=weights),
        "average_precision": sk.average_precision_score(labels, p, sample_weight=weights),
        "f1": sk.f1_score(labels, predicted, sample_weight=weights, zero_division=0),
        "precision": sk.precision_score(labels, predicted, sample_weight=weights, zero_division=0),
        "recall": sk.recall_score(labels, predicted, sample_weight=weights),
        "accuracy": sk.accuracy_score(labels, predicted, sample_weight=weights),
        "brier": sk.brier_score_loss(labels, p, sample_weight=weights),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(cases)
def test_the_confusion_matrix_adds_up_to_the_rows(rng: np.random.Generator) -> None:
    labels, p = draw(rng)
    confusion = Ranking(labels, p, 0.5).confusion()
    assert sum(confusion.values()) == len(labels)
    assert confusion["true_positives"] + confusion["false_negatives"] == labels.sum()


@settings(max_examples=60, deadline=None)
@given(cases)
def test_weighting_a_row_twice_is_repeating_it(rng: np.random.Generator) -> None:
    labels, p = draw(rng)
    counts = rng.integers(1, 3, len(labels))
    weighted = Ranking(labels, p, 0.5).metrics(counts.astype(float))
    repeated = Ranking(np.repeat(labels, counts), np.repeat(p, counts), 0.5).metrics()
    assert weighted == pytest.approx(repeated)


def test_calibration_error_is_the_mean_distance_worked_out_by_hand() -> None:
    # Two bins: ten rows at 0.1 of which 3 positive (off by 0.2), ten at 0.9 of which 9 (off by 0)
    p = np.repeat([0.1, 0.9], 10)
    labels = np.array([1] * 3 + [0] * 7 + [1] * 9 + [0], dtype=np.int8)
    ranking = Ranking(labels, p, 0.5)
    assert ranking.metrics()["expected_calibration_error"] == pytest.approx(0.1)
    assert ranking.reliability() == [
        {"rows": 10, "predicted": pytest.approx(0.1), "observed": pytest.approx(0.3)},
        {"rows": 10, "predicted": pytest.approx(0.9), "observed": pytest.approx(0.9)},
    ]


def test_chance_explains_a_calibration_error_on_few_rows_and_hardly_any_on_many() -> None:
    rng = np.random.default_rng(2)
    p = rng.random(20_000)
    labels = (rng.random(20_000) < p).astype(np.int8)
    few, many = (calibration_error_by_chance(p[:n], draws=60) for n in (400, 20_000))
    assert many < 0.015 < 0.05 < few
    assert Ranking(labels, p, 0.5).metrics()["expected_calibration_error"] < many * 1.2


def test_the_interval_holds_the_estimate_and_narrows_with_rows() -> None:
    rng = np.random.default_rng(1)
    p = rng.random(4_000)
    labels = (rng.random(4_000) < p).astype(np.int8)
    few, many = (bootstrap(labels[:n], p[:n], 0.5, resamples=100)["f1"] for n in (400, 4_000))
    estimate = Ranking(labels, p, 0.5).metrics()["f1"]
    assert many[0] < estimate < many[1]
    assert many[1] - many[0] < 0.6 * (few[1] - few[0])


def test_rows_of_one_class_have_no_ranking() -> None:
    found = Ranking(np.ones(3, dtype=np.int8), np.array([0.2, 0.5, 0.9]), 0.5).metrics()
    assert np.isnan([found["roc_auc"], found["average_precision"]]).all()
    assert found["recall"] == pytest.approx(2 / 3)
