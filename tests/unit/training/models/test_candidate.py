"""A candidate answers with calibrated probabilities."""

import dataclasses

import numpy as np

from lambda_fn.scoring.artefact.manifest import IdentityCalibration, SigmoidCalibration
from training.data.prepared import Prepared
from training.models import export
from training.models.candidate import Candidate


def test_probabilities_are_the_exported_scores_behind_the_calibration(prepared: Prepared, logistic: Candidate) -> None:
    matrix = prepared.holdout.matrix[:50]
    scores = export.probabilities(logistic.onnx, matrix)
    plain = dataclasses.replace(logistic, calibration=IdentityCalibration())
    np.testing.assert_array_equal(plain.probabilities(matrix), scores)
    bent = dataclasses.replace(logistic, calibration=SigmoidCalibration(slope=2.0, intercept=-1.0))
    odds = (scores / (1 - scores)) ** 2 * np.exp(-1)
    np.testing.assert_allclose(bent.probabilities(matrix), odds / (1 + odds), atol=1e-6)
