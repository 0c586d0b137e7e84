"""What leaves training answers as it did inside: every branch, every scale."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from training.data.prepared import Prepared
from training.errors import PublishRefused
from training.models import export
from training.models.candidate import Candidate
from training.models.families import FAMILIES


@pytest.mark.parametrize("family", ["lightgbm", "hist_gradient_boosting", "random_forest"])
def test_neighbouring_float32_values_take_the_same_branch_inside_and_outside_scikit_learn(family: str) -> None:
    # Given features whose labels change between two values that differ in their last bit only
    random = np.random.default_rng(5)
    lower = random.uniform(0.1, 10, 40).astype(np.float32)
    columns = [np.tile([value, np.nextafter(value, np.float32(np.inf))], 500) for value in lower]
    matrix = np.stack(columns, axis=1).astype(np.float32)
    labels = np.tile([0, 1], 500)
    estimator = FAMILIES[family].train(matrix, labels, 0, None)

    # When it is exported, then both answer alike (PublishRefused otherwise)
    export.check_parity(estimator, export.to_onnx(estimator, matrix.shape[1]), matrix)


@pytest.mark.parametrize("family", ["logistic", "mlp"])
def test_scaling_is_written_in_operations_that_run_on_whole_rows(family: str) -> None:
    # Given an estimator behind a scaler, on features of very different sizes
    random = np.random.default_rng(5)
    matrix = (random.uniform(0, 1, (400, 3)) * [1, 1_000, 200_000]).astype(np.float32)
    estimator = FAMILIES[family].train(matrix, (matrix[:, 0] > 0.5).astype(np.int8), 0, None)

    # When it is exported
    model = export.to_onnx(estimator, matrix.shape[1])

    # Then the slow operator is gone, and nothing else has changed
    operations = [node.op_type for node in onnx.load_from_string(model).graph.node]
    assert operations[:2] == ["Sub", "Mul"]
    assert "Scaler" not in operations
    export.check_parity(estimator, model, matrix)


def test_a_model_that_answers_otherwise_outside_is_refused(prepared: Prepared, logistic: Candidate) -> None:
    other = FAMILIES["logistic"].train(prepared.train.matrix, prepared.train.labels, 0, {"C": 1e-4})
    with pytest.raises(PublishRefused, match="more than 1e-05"):
        export.check_parity(other, logistic.onnx, prepared.holdout.matrix)
