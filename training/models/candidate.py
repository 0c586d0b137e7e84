"""A trained model before it is packaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lambda_fn.scoring.arrays import Floats, Matrix
from lambda_fn.scoring.manifest import Calibration
from lambda_fn.scoring.model import calibrator
from training.models import export
from training.models.families import Estimator

DECISION_THRESHOLD: Final = 0.5  # of a calibrated probability: more likely to abandon than not


@dataclass(frozen=True)
class Candidate:
    """A trained, exported and calibrated estimator.

    ``family``: the name of its family.
    ``estimator``: as scikit-learn fitted it.
    ``onnx``: the exported estimator.
    ``calibration``: what turns its scores into probabilities.
    ``calibration_name``: the method that fitted the calibration.
    ``fit_seconds``: the time of the fit alone.
    ``largest_difference``: between the probabilities of ``estimator`` and ``onnx`` on the holdout.
    """

    family: str
    estimator: Estimator
    onnx: bytes
    calibration: Calibration
    calibration_name: str
    fit_seconds: float
    largest_difference: float

    def probabilities(self, matrix: Matrix) -> Floats:
        """Return the calibrated probabilities, (n,), as the service would."""
        return calibrator(self.calibration)(export.probabilities(self.onnx, matrix))
