"""The network that takes missing as a value: teacher, pupil, export and parity, all over blanks."""

from __future__ import annotations

import time

import numpy as np

from lambda_fn.scoring.arrays import Matrix
from lambda_fn.scoring.artefact.manifest import IdentityCalibration
from lambda_fn.scoring.columns import Columns
from training.data.columns import featurise
from training.data.prepared import Prepared
from training.models import blanks, export, pupil, pupil_onnx
from training.models.candidate import Candidate
from training.models.families import NETWORK


def fit_network(prepared: Prepared, seed: int) -> Candidate:
    """Train the network on the training part and export it, not calibrated yet.

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
    holdout = prepared.columns(prepared.split.holdout)
    blanked = blanks.blank(holdout, blanks.draw_shares(rng, len(holdout)), rng)
    difference = export.check_parity(estimator, onnx, features(blanked))
    return Candidate(NETWORK, estimator, onnx, IdentityCalibration(), "identity", seconds, difference, "value")
