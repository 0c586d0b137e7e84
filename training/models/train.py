"""Train one family: fit, export, prove parity, calibrate."""

from __future__ import annotations

from training.data.prepared import Part, Prepared
from training.errors import TrainingError
from training.models import calibrate, export, network
from training.models.candidate import Candidate
from training.models.families import FAMILIES, NETWORK, Parameters


def train(
    prepared: Prepared, family: str, seed: int, parameters: Parameters | None = None, part: Part | None = None
) -> Candidate:
    """Train one family on the training part (or on ``part`` of it), export it, and calibrate it on validation.

    Raise PublishRefused where the exported model does not answer as scikit-learn does on the holdout's rows. Their
    labels are not looked at.
    """
    if family == NETWORK:
        if parameters:
            raise TrainingError(f"{family} takes no parameters; leave out {', '.join(sorted(parameters))}")
        return network.train_network(prepared, seed)
    rows = part or prepared.train
    estimator, seconds = FAMILIES[family].train_timed(rows.matrix, rows.labels, seed, parameters)
    onnx = export.to_onnx(estimator, prepared.train.matrix.shape[1])
    difference = export.check_parity(estimator, onnx, prepared.holdout.matrix)
    scores = export.probabilities(onnx, prepared.validation.matrix)
    chosen = calibrate.choose(prepared.validation.labels, scores)
    return Candidate(family, estimator, onnx, chosen.calibration, chosen.name, seconds, difference)
