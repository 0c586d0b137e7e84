"""Train one family: fit, export, prove parity, calibrate."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.artefact.manifest import IdentityCalibration
from lambda_fn.scoring.columns import Columns
from training.data.prepared import Part, Prepared
from training.errors import TrainingError
from training.models import blanks, calibrate, export, network
from training.models.candidate import Candidate
from training.models.families import FAMILIES, NETWORK, Parameters

COPIES: Final = 4  # of the rows that calibrate a model which takes missing as a value, each with other blanks


def train(
    prepared: Prepared, family: str, seed: int, parameters: Parameters | None = None, part: Part | None = None
) -> Candidate:
    """Train one family on the training part (or on ``part`` of it), export it, and calibrate it on validation.

    Raise PublishRefused where the exported model does not answer as scikit-learn does on the holdout's rows. Their
    labels are not looked at.
    """
    fitted = fit(prepared, family, seed, parameters, part)
    scores = scores_to_calibrate(prepared, fitted, prepared.columns(prepared.split.validation), seed)
    return calibrated(fitted, calibrate.choose(prepared.validation.labels, scores))


def fit(
    prepared: Prepared, family: str, seed: int, parameters: Parameters | None = None, part: Part | None = None
) -> Candidate:
    """Train and export one family as ``train`` does, not calibrated yet: its probabilities are the estimator's own."""
    if family == NETWORK:
        if parameters:
            raise TrainingError(f"{family} takes no parameters; leave out {', '.join(sorted(parameters))}")
        return network.fit_network(prepared, seed)
    rows = part or prepared.train
    estimator, seconds = FAMILIES[family].train_timed(rows.matrix, rows.labels, seed, parameters)
    onnx = export.to_onnx(estimator, prepared.train.matrix.shape[1])
    difference = export.check_parity(estimator, onnx, prepared.holdout.matrix)
    return Candidate(family, estimator, onnx, IdentityCalibration(), "identity", seconds, difference)


def calibrated(fitted: Candidate, chosen: calibrate.Chosen) -> Candidate:
    """Return the candidate with a calibration."""
    return replace(fitted, calibration=chosen.calibration, calibration_name=chosen.name)


def scores_to_calibrate(prepared: Prepared, fitted: Candidate, columns: Columns, seed: int) -> Floats:
    """Return what a model that is not calibrated yet says of rows, (copies, n).

    The copies of a row differ in their blanks. A model that imputes gets the rows as they are, once.
    """
    if fitted.missing == "imputed":
        return fitted.risk(prepared, columns)[None, :]
    rng = np.random.default_rng([seed, 3])  # apart from the blanks of the lessons and of the parity check
    shares = [blanks.draw_shares(rng, len(columns)) for _ in range(COPIES)]
    return np.stack([fitted.risk(prepared, blanks.blank(columns, drawn, rng)) for drawn in shares])
