"""A calibration is chosen by its log loss, rises, and stays a probability."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_fn.scoring.model import calibrator
from training.models import calibrate


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_calibration_rises_and_stays_a_probability(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.random(int(rng.integers(50, 400)))
    labels = (rng.random(len(scores)) < scores**2).astype(np.int8)
    labels[:2] = (0, 1)
    grid = np.linspace(0, 1, 300)
    for method in calibrate.METHODS.values():
        calibrated = calibrator(method(labels, scores))(grid)
        assert np.isfinite(calibrated).all()
        assert ((calibrated >= 0) & (calibrated <= 1)).all()
        if method is not calibrate.fit_sigmoid or calibrated[-1] >= calibrated[0]:
            assert (np.diff(calibrated) >= -1e-12).all()


def test_calibration_repairs_scores_that_are_too_sure() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(8_000)
    labels = (rng.random(8_000) < truth).astype(np.int8)
    odds = (truth / (1 - truth)) ** 3
    scores = odds / (1 + odds)
    chosen = calibrate.choose(labels[:4_000], scores[:4_000])
    assert chosen.name == "sigmoid"
    calibrated = calibrator(chosen.calibration)(scores[4_000:])
    assert np.abs(calibrated - truth[4_000:]).mean() < 0.02


def test_calibrated_scores_are_left_alone() -> None:
    rng = np.random.default_rng(4)
    scores = rng.random(5_000)
    labels = (rng.random(5_000) < scores).astype(np.int8)
    assert calibrate.choose(labels, scores).name == "identity"


def test_a_calibration_is_called_what_was_fitted_though_two_are_written_down_alike() -> None:
    # Given scores whose truth leaves a sigmoid at a hinge, and too few of them for a curve of many bins
    rng = np.random.default_rng(5)
    logit = rng.normal(0, 2, 2_000)
    bent = logit + 4 * np.maximum(logit - np.log(7 / 3), 0)
    scores = 1 / (1 + np.exp(-logit))
    labels = (rng.random(2_000) < 1 / (1 + np.exp(-bent))).astype(np.int8)
    # When the calibration is chosen, then its name is that of the method, not of the table that it is written as
    chosen = calibrate.choose(labels, scores)
    assert (chosen.name, chosen.calibration.method) == ("bent sigmoid", "table")


def test_few_rows_get_no_more_than_a_sigmoid_however_often_they_are_copied() -> None:
    # Given scores of few rows, whose truth leaves a sigmoid at a hinge
    rng = np.random.default_rng(5)
    logit = rng.normal(0, 2, 500)
    scores = 1 / (1 + np.exp(-logit))
    labels = (rng.random(500) < 1 / (1 + np.exp(-(logit + 4 * np.maximum(logit - np.log(7 / 3), 0))))).astype(np.int8)
    assert calibrate.choose(labels, scores).name in calibrate.SIMPLE_METHODS
    assert calibrate.choose(labels, np.stack([scores] * 6)).name in calibrate.SIMPLE_METHODS


def test_copies_of_a_row_are_no_evidence_for_each_other() -> None:
    # Given labels that no score explains, each row four times
    rng = np.random.default_rng(11)
    scores, labels = rng.random(2_500), (rng.random(2_500) < 0.5).astype(np.int8)
    # Then no curve through the copies is believed to hold for rows that were left out
    assert calibrate.choose(labels, np.stack([scores] * 4)).name == "sigmoid"
