"""The estimator: calibration, and files that are no model."""

import numpy as np
import pytest

from lambda_fn.scoring.artefact.manifest import (
    IdentityCalibration,
    SigmoidCalibration,
    TableCalibration,
)
from lambda_fn.scoring.errors import ArtefactRejected
from lambda_fn.scoring.model import calibrator
from lambda_fn.scoring.service import Scorer
from tests import factories


def test_calibrations() -> None:
    p = np.array([0.0, 0.2, 0.5, 1.0])
    assert calibrator(IdentityCalibration())(p).tolist() == p.tolist()
    np.testing.assert_allclose(calibrator(SigmoidCalibration(slope=1, intercept=0))(p), p, atol=1e-6)
    assert calibrator(SigmoidCalibration(slope=2, intercept=0))(p)[1] < 0.2
    knots = TableCalibration(scores=(0.0, 0.5, 1.0), probabilities=(0.1, 0.2, 1.0))
    np.testing.assert_allclose(calibrator(knots)(p), [0.1, 0.14, 0.2, 1.0])


def test_a_model_of_another_width_is_refused() -> None:
    manifest, _ = factories.artefact()
    with pytest.raises(ArtefactRejected, match="takes 3 features and its recipe makes 15"):
        Scorer(manifest, factories.onnx_model(3))


def test_bytes_that_are_no_model_are_refused() -> None:
    manifest, _ = factories.artefact()
    with pytest.raises(ArtefactRejected, match="cannot be opened"):
        Scorer(manifest, b"not a model")
