"""A small table: every row is predicted by a model that has not seen it, and the same predictions calibrate."""

from dataclasses import replace

import numpy as np
import pytest

from lambda_fn.scoring.model import calibrator
from training.data.load import Dataset
from training.data.options import DataOptions
from training.data.prepare import prepare_rows, read_rows
from training.data.prepared import Prepared
from training.models import calibrate, export
from training.models.calibrate import log_loss
from training.models.candidate import Candidate
from training.models.cross_fit import FOLDS, CrossFitted, cross_fit, is_small
from training.models.train import fit

Fitted = tuple[Prepared, Candidate]


@pytest.fixture(scope="module")
def dataset(small: Prepared) -> Dataset:
    return read_rows(small.options)


@pytest.fixture(scope="module")
def fitted(dataset: Dataset, small: Prepared) -> Fitted:
    return cross_fit(dataset, small, "logistic", 0)


def folds_of(candidate: Candidate) -> CrossFitted:
    assert isinstance(candidate.cross_fitted, CrossFitted)
    return candidate.cross_fitted


def with_labels(dataset: Dataset, options: DataOptions, values: np.ndarray) -> Fitted:
    """Cross-fit the same rows with other labels (1: abandoned)."""
    changed = replace(dataset, table=dataset.table.assign(**{options.label.column: np.where(values, 100.0, 0.0)}))
    prepared = prepare_rows(replace(options, allow_imbalance=True), changed)
    return cross_fit(changed, prepared, "logistic", 0)


def test_each_row_is_predicted_once_by_a_model_that_learnt_from_the_other_folds(fitted: Fitted) -> None:
    whole, candidate = fitted
    folds = folds_of(candidate).folds
    rows = np.arange(len(whole.report.usable))
    assert is_small(whole)
    assert len(folds) == FOLDS
    np.testing.assert_array_equal(np.sort(np.concatenate([fold.rows for fold in folds])), rows)
    for fold in folds:
        np.testing.assert_array_equal(fold.prepared.split.train, np.setdiff1d(rows, fold.rows))
    # And the rows on which families and champions are compared are unseen by the model itself
    np.testing.assert_array_equal(whole.split.train, np.setdiff1d(rows, whole.split.validation))


def test_the_labels_of_a_fold_change_nothing_of_its_own_model(
    dataset: Dataset, small: Prepared, fitted: Fitted
) -> None:
    whole, candidate = fitted
    first, second, *_ = folds_of(candidate).folds
    flipped = whole.holdout.labels.copy()
    flipped[first.rows] = 1 - flipped[first.rows]
    same, other, *_ = folds_of(with_labels(dataset, small.options, flipped)[1]).folds
    assert same.candidate.onnx == first.candidate.onnx
    assert other.candidate.onnx != second.candidate.onnx


def test_labels_that_nothing_explains_are_not_learnt(dataset: Dataset, small: Prepared) -> None:
    # Given labels drawn by lot
    labels = np.random.default_rng(8).random(len(dataset.table)) < 0.4
    # When models are cross-fitted to them
    whole, candidate = with_labels(dataset, small.options, labels)
    # Then they are worth no more than the base rate, and hardly less, as their calibration says that they know nothing
    p, truth = candidate.on_holdout(whole), whole.holdout.labels
    base = np.full(len(p), truth.mean())
    assert log_loss(truth, base) - 0.002 < log_loss(truth, p) < log_loss(truth, base) + 0.02


def test_the_model_is_calibrated_on_all_folds_and_a_fold_on_the_others(fitted: Fitted) -> None:
    whole, candidate = fitted
    folds = folds_of(candidate).folds
    unseen = np.empty(len(whole.report.usable))
    for fold in folds:
        matrix = fold.candidate.matrix(fold.prepared, fold.prepared.columns(fold.rows))
        unseen[fold.rows] = export.probabilities(fold.candidate.onnx, matrix)
    labels = whole.holdout.labels
    assert candidate.calibration == calibrate.choose(labels, unseen).calibration
    others = np.setdiff1d(np.arange(len(unseen)), folds[2].rows)
    assert folds[2].candidate.calibration == calibrate.choose(labels[others], unseen[others]).calibration
    np.testing.assert_array_equal(
        candidate.on_holdout(whole)[folds[2].rows],
        calibrator(folds[2].candidate.calibration)(unseen[folds[2].rows]),
    )


def test_a_fitted_model_is_not_calibrated_yet(small: Prepared) -> None:
    assert fit(small, "logistic", 0).calibration.method == "identity"
