"""The inputs that carry the signal are found."""

import numpy as np
import pytest

from training.data.prepared import Prepared
from training.evaluation.feature_importance import input_importances, mutual_information
from training.models.candidate import Candidate


def test_the_inputs_of_the_chain_carry_the_signal(prepared: Prepared, logistic: Candidate) -> None:
    found = input_importances(prepared, logistic)
    assert [signal.input for signal in found[:2]] == ["impulse_buying_score", "stress_from_financial_decisions"]
    assert len(found) == len(prepared.recipe.inputs)
    noise = next(signal for signal in found if signal.input == "household_size")
    assert abs(noise.importance) < 0.001
    assert noise.mutual_information < 0.003


def test_mutual_information_of_a_copy_is_the_labels_entropy_and_of_noise_none() -> None:
    rng = np.random.default_rng(0)
    labels = (rng.random(20_000) < 0.3).astype(np.int8)
    entropy = -(0.3 * np.log(0.3) + 0.7 * np.log(0.7))
    assert mutual_information(labels.astype(float), labels) == pytest.approx(entropy, abs=0.01)
    assert mutual_information(rng.random(20_000), labels) < 0.001
