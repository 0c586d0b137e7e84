"""The network that takes missing as a value: teacher, pupil, export, parity and calibration, all over blanks."""

from __future__ import annotations

import time
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Matrix
from lambda_fn.scoring.columns import Columns
from training.data.columns import featurise
from training.data.prepared import Prepared
from training.models import blanks, calibrate, export, pupil, pupil_onnx
from training.models.candidate import Candidate
from training.models.families import NETWORK

VALIDATION_COPIES: Final = 4  # to calibrate on, each with other blanks


def train_network(prepared: Prepared, seed: int) -> Candidate:
    """Train the network on the training part, export it, and calibrate it on validation with blanks.

    Raise PublishRefused where the exported model does not answer as scikit-learn does on the holdout's rows with
    blanks. Their labels are not looked at.
    """

    def features(columns: Columns) -> Matrix:
        return featurise(prepared.plan, columns, prepared.as_of, "value")

    rng = np.random.default_rng([seed, 2])  # apart from the blanks of the lessons
    start = time.perf_counter()
    estimator = pupil.train(prepared.columns(prepared.split.train), prepared.train.labels, features, seed)
    seconds = time.perf_counter() - start
    onnx = pupil_onnx.to_onnx(estimator)
    holdout = _with_blanks(prepared.columns(prepared.split.holdout), 1, rng)
    difference = export.check_parity(estimator, onnx, features(holdout))
    validation = _with_blanks(prepared.columns(prepared.split.validation), VALIDATION_COPIES, rng)
    chosen = calibrate.choose(
        np.tile(prepared.validation.labels, VALIDATION_COPIES), export.probabilities(onnx, features(validation))
    )
    return Candidate(NETWORK, estimator, onnx, chosen.calibration, chosen.name, seconds, difference, "value")


def _with_blanks(columns: Columns, copies: int, rng: np.random.Generator) -> Columns:
    shares = [blanks.draw_shares(rng, len(columns)) for _ in range(copies)]
    return blanks.stacked([blanks.blank(columns, drawn, rng) for drawn in shares])
