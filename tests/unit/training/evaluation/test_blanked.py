"""The metrics at each share of blanks, beside the Bayes optimum."""

import numpy as np
import pytest

from lambda_fn.scoring.arrays import Floats, Indices, Labels
from lambda_fn.scoring.columns import Columns
from training.data.prepared import Prepared
from training.evaluation.blanked import blanked_metrics, calibration_error, on_holdout
from training.models.blanks import SHARES
from training.models.candidate import Candidate


def test_bins_of_equal_size_that_keep_equal_answers_together() -> None:
    # Given 15 rows of each of 15 probabilities, and labels that are off by 0.2 in one of them
    p = np.repeat(np.arange(15) / 15, 15)
    labels = p.copy()
    labels[:15] += 0.2
    assert calibration_error(labels, p) == pytest.approx(0.2 / 15)
    # And one answer for everybody is one bin, however its labels are ordered
    assert calibration_error((np.arange(100) < 40).astype(np.int8), np.full(100, 0.5)) == pytest.approx(0.1)


def test_a_model_that_imputes_is_the_surer_the_less_it_knows_and_the_optimum_is_not(
    prepared: Prepared, logistic: Candidate
) -> None:
    found = on_holdout(prepared, logistic)
    assert [row["share"] for row in found["blanked"]] == list(SHARES)
    imputing, optimum = found["blanked"], found["blanked_limit"]
    assert imputing[-1]["ece"] > 0.1 > optimum[-1]["ece"]
    assert imputing[-1]["mean_confidence"] > optimum[-1]["mean_confidence"] + 0.1
    assert all(low["log_loss"] <= high["log_loss"] for low, high in zip(optimum, imputing, strict=True))


def constants_of_folds(rows: int, base_rate: float) -> tuple[Columns, Labels, Indices, Floats]:
    """Return rows without inputs, their labels, their folds, and for each the share of positives of the other folds."""
    rng = np.random.default_rng(6)
    labels = (rng.random(rows) < base_rate).astype(np.int8)
    folds = rng.integers(0, 5, rows)
    others = np.array([labels[folds != number].mean() for number in range(5)])
    return Columns(np.empty((rows, 0)), np.empty((rows, 0), np.int32)), labels, folds, others[folds]


def test_of_nothing_known_each_fold_says_the_base_rate_of_the_others_and_that_is_calibrated() -> None:
    columns, labels, folds, constants = constants_of_folds(1_000, 0.3)
    told_apart = blanked_metrics(columns, labels, lambda _: constants)[-1]
    together = blanked_metrics(columns, labels, lambda _: constants, folds)[-1]
    assert told_apart["ece"] > together["ece_by_chance"] > 0.02
    assert together["ece"] < 0.003


def test_models_that_are_sure_of_what_they_do_not_know_are_told_apart_from_chance() -> None:
    columns, labels, folds, constants = constants_of_folds(1_000, 0.3)
    found = blanked_metrics(columns, labels, lambda _: constants + 0.06, folds)[-1]
    assert found["ece"] == pytest.approx(0.06, abs=0.003)
    assert found["ece"] > found["ece_by_chance"]
