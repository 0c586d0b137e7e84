"""A family builds and fits its estimator, and names parameters that it does not have."""

import time

import numpy as np
import pytest

from training.errors import TrainingError
from training.models.families import FAMILIES, Family, Parameters, find_family

BOTH = np.array([0, 1], dtype=np.int8)


def test_fit_seconds_leave_out_what_building_the_estimator_takes() -> None:
    # Given a family whose library is slow to import, and whose estimator fits at once
    class Quick:
        def fit(self, matrix: np.ndarray, labels: np.ndarray) -> None:
            del matrix, labels

        def get_params(self) -> dict[str, object]:
            return {}

    def slow(seed: int, parameters: Parameters) -> Quick:
        del seed, parameters
        time.sleep(0.2)
        return Quick()

    # When it is trained, then only the fit is timed
    _, seconds = Family("slow to import", 0, slow).train_timed(np.zeros((2, 1), np.float32), BOTH, 0)
    assert seconds < 0.1


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_parameter_that_a_family_does_not_have_is_named(family: str) -> None:
    with pytest.raises(TrainingError, match=f"{family} has no parameter depht; it has .*random_state"):
        FAMILIES[family].train(np.zeros((2, 1), np.float32), BOTH, 0, {"depht": 3})


def test_a_family_is_found_by_its_name_and_others_are_named() -> None:
    assert find_family("mlp") is FAMILIES["mlp"]
    with pytest.raises(TrainingError, match="no model family 'oracle'; choose one of logistic, hist_gradient_boosting"):
        find_family("oracle")
