"""The metrics at each share of blanks, beside the Bayes optimum."""

import numpy as np
import pytest

from training.data.prepared import Prepared
from training.evaluation.blanked import calibration_error, on_holdout
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
