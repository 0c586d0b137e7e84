"""A trained model before it is packaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from lambda_fn.scoring.arrays import Floats, Indices, Matrix
from lambda_fn.scoring.artefact.manifest import Calibration, Missing
from lambda_fn.scoring.columns import Columns
from lambda_fn.scoring.model import calibrator
from training.data.columns import featurise
from training.data.prepared import Prepared
from training.models import export
from training.models.families import Estimator

DECISION_THRESHOLD: Final = 0.5  # of a calibrated probability: more likely to abandon than not


class HoldoutRisk(Protocol):
    """What predicts the rows of the holdout, in their order."""

    def risk(self, columns: Columns) -> Floats:
        """Return the calibrated probabilities, (n,)."""

    def models(self, rows: int) -> Indices:
        """Return the number of the model that predicts each of the holdout's rows, (rows,)."""


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
    ``missing``: what the model takes where an input is missing.
    ``cross_fitted``: predicts the holdout where the model itself has learnt from it.
    """

    family: str
    estimator: Estimator
    onnx: bytes
    calibration: Calibration
    calibration_name: str
    fit_seconds: float
    largest_difference: float
    missing: Missing = "imputed"
    cross_fitted: HoldoutRisk | None = None

    def probabilities(self, matrix: Matrix) -> Floats:
        """Return the calibrated probabilities, (n,), as the service would."""
        return calibrator(self.calibration)(export.probabilities(self.onnx, matrix))

    def risk(self, prepared: Prepared, columns: Columns) -> Floats:
        """Return the calibrated probabilities of columns before imputation, (n,), as the service would."""
        return self.probabilities(self.matrix(prepared, columns))

    def matrix(self, prepared: Prepared, columns: Columns) -> Matrix:
        """Return what the model takes of columns before imputation, float32 (n, features)."""
        return featurise(prepared.plan, columns, prepared.as_of, self.missing)

    def holdout_risk(self, prepared: Prepared, columns: Columns) -> Floats:
        """Return the calibrated probabilities of the holdout's columns, (n,), by a model that has not seen them."""
        return self.cross_fitted.risk(columns) if self.cross_fitted else self.risk(prepared, columns)

    def models_of_holdout(self, rows: int) -> Indices:
        """Return the number of the model that predicts each of the holdout's rows, (rows,): 0 where there is one."""
        return self.cross_fitted.models(rows) if self.cross_fitted else np.zeros(rows, np.intp)

    def on_holdout(self, prepared: Prepared) -> Floats:
        """Return the calibrated probabilities of the holdout, (n,), by a model that has not seen it."""
        if self.cross_fitted:
            return self.cross_fitted.risk(prepared.columns(prepared.split.holdout))
        return self.served_on_holdout(prepared)

    def served_on_holdout(self, prepared: Prepared) -> Floats:
        """Return the calibrated probabilities that this very model gives the holdout, (n,)."""
        if self.missing == "imputed":
            return self.probabilities(prepared.holdout.matrix)
        return self.risk(prepared, prepared.columns(prepared.split.holdout))
