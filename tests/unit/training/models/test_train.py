"""A family is trained, exported and calibrated, and the same data give the same model."""

import pytest

from training.data.prepared import Prepared
from training.models import export
from training.models.families import FAMILIES
from training.models.train import train


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_answers_in_onnx_as_in_scikit_learn(small: Prepared, family: str) -> None:
    candidate = train(small, family, 0)
    assert candidate.largest_difference <= 1e-5
    session = export.open_session(candidate.onnx)
    assert [(item.name, item.type, item.shape[1]) for item in session.get_inputs()] == [
        ("features", "tensor(float)", len(small.recipe.feature_names))
    ]
    assert [(item.name, item.type) for item in session.get_outputs()] == [("probabilities", "tensor(float)")]


@pytest.mark.parametrize("family", ["logistic", "mlp", "lightgbm"])
def test_the_same_data_and_seed_give_the_same_bytes(small: Prepared, family: str) -> None:
    one, two = (train(small, family, 0) for _ in range(2))
    assert one.onnx == two.onnx
    assert one.calibration == two.calibration
