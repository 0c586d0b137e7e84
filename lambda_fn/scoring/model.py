"""The estimator: an ONNX session and the calibration of its probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Matrix
from lambda_fn.scoring.artefact.manifest import Calibration, IdentityCalibration, Manifest, TableCalibration
from lambda_fn.scoring.errors import ArtefactRejected
from lambda_fn.scoring.onnx_runtime import ort

ROWS_AT_ONCE: Final = 1024  # what a network of two layers makes of them stays in a processor's second-level cache
# A matrix of one row takes another path through linear algebra, and its last digits may differ (seen with onnxruntime
# and a logistic model). Where it must not show which rows are scored together, no matrix is smaller than this.
FEWEST_ROWS: Final = 16
_SMALLEST = 1e-7  # float32 probabilities carry about seven digits; the logit stays finite


class Model:
    """Calibrated probabilities of abandonment from a float32 matrix."""

    def __init__(self, manifest: Manifest, onnx: bytes) -> None:
        self._session = _open(onnx)
        self._input = self._session.get_inputs()[0].name
        self._output = [self._session.get_outputs()[-1].name]
        self._calibrate = calibrator(manifest.calibration)
        width = self._session.get_inputs()[0].shape[-1]
        expected = len(manifest.recipe.feature_names)
        if isinstance(width, int) and width != expected:
            raise ArtefactRejected(f"the model takes {width} features and its recipe makes {expected}")

    def probabilities(self, matrix: Matrix) -> Floats:
        """Return the calibrated probability of each row, float64 (n,), from float32 (n, features)."""
        if len(matrix) <= ROWS_AT_ONCE:
            raw = self._run(matrix)
        else:
            parts = np.array_split(matrix, -(-len(matrix) // ROWS_AT_ONCE))  # of equal sizes: none of a single row
            raw = np.concatenate([self._run(part) for part in parts])
        return self._calibrate(raw.astype(np.float64))

    def _run(self, matrix: Matrix) -> Matrix:
        raw: Matrix = self._session.run(self._output, {self._input: matrix})[0]
        return raw[:, -1] if raw.ndim == 2 else raw


def calibrator(calibration: Calibration) -> Callable[[Floats], Floats]:
    """Return the function that turns an estimator's probabilities into calibrated ones, both of shape (n,)."""
    if isinstance(calibration, IdentityCalibration):
        return lambda p: p
    if isinstance(calibration, TableCalibration):
        scores, probabilities = np.array(calibration.scores), np.array(calibration.probabilities)
        return lambda p: np.interp(p, scores, probabilities)
    slope, intercept = calibration.slope, calibration.intercept

    def sigmoid(p: Floats) -> Floats:
        p = p.clip(_SMALLEST, 1 - _SMALLEST)
        return 1 / (1 + np.exp(-(slope * np.log(p / (1 - p)) + intercept)))

    return sigmoid


def _open(onnx: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # a Lambda below 1,769 MB has one core, and one record never gains from two
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises its own classes, none of them public
        raise ArtefactRejected("the model file cannot be opened") from error
