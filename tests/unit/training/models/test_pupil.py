"""The network answers alike in scikit-learn and ONNX, with and without blanks, and knows what it does not know."""

import numpy as np
import pytest

from lambda_fn.scoring.arrays import Labels, Matrix
from lambda_fn.scoring.columns import Columns
from training.models import blanks, export, pupil, pupil_onnx, teacher
from training.models.pupil import Pupil

ROWS = 2_000
FAR = 1e6  # a value that makes a feature one with a long tail


def featurise(columns: Columns) -> Matrix:
    """Return the numbers, then a 0/1 column for each of three categories."""
    hot = columns.codes[:, [0]] == np.arange(3)
    return np.concatenate([columns.numbers, hot], axis=1).astype(np.float32)


def shoppers(seed: int) -> tuple[Columns, Labels]:
    """Return rows whose label follows from the first number and the category."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(ROWS, 4))
    numbers[0, 3] = FAR
    codes = rng.integers(0, 3, (ROWS, 1)).astype(np.int32)
    odds = 2 * numbers[:, 0] + np.array([-1.0, 0.0, 2.0])[codes[:, 0]]
    return Columns(numbers, codes), (rng.random(ROWS) < 1 / (1 + np.exp(-odds))).astype(np.int8)


def trained_quickly(lessons: int) -> Pupil:
    """Return a network of few lessons, taught by a teacher of few copies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teacher, "MOST_COPIES", 3)
        patch.setattr(pupil, "LESSONS", lessons)
        patch.setattr(pupil, "LESSON_ROWS", 2 * ROWS)
        return pupil.train(*shoppers(0), featurise, seed=0)


@pytest.fixture(scope="module")
def trained() -> Pupil:
    return trained_quickly(lessons=6)


def test_onnx_answers_as_the_network_does_with_and_without_blanks(trained: Pupil) -> None:
    columns, _ = shoppers(1)
    onnx = pupil_onnx.to_onnx(trained)
    for share in (0.0, 0.5, 1.0):
        matrix = featurise(blanks.blank(columns, share, np.random.default_rng(0)))
        np.testing.assert_allclose(
            export.probabilities(onnx, matrix), trained.predict_proba(matrix)[:, 1], atol=export.LARGEST_DIFFERENCE
        )
    assert trained.scaling.bend[3] > 0


def test_a_complete_row_is_answered_alike_alone_and_among_rows_with_blanks(trained: Pupil) -> None:
    columns, _ = shoppers(1)
    onnx = pupil_onnx.to_onnx(trained)
    matrix = featurise(columns)[1:65]
    mixed = matrix.copy()
    mixed[32:, 0] = np.nan
    np.testing.assert_array_equal(export.probabilities(onnx, matrix)[:32], export.probabilities(onnx, mixed)[:32])


def test_of_a_shopper_of_whom_nothing_is_known_it_says_the_base_rate(trained: Pupil) -> None:
    columns, labels = shoppers(0)
    risk = trained.predict_proba(featurise(blanks.nobody(columns)))[0, 1]
    assert risk == pytest.approx(labels.mean(), abs=0.03)


def test_the_less_is_known_the_nearer_the_base_rate(trained: Pupil) -> None:
    columns, labels = shoppers(2)
    spreads = []
    for share in (0.0, 0.5, 0.9):
        matrix = featurise(blanks.blank(columns, share, np.random.default_rng(0)))
        spreads.append(np.abs(trained.predict_proba(matrix)[:, 1] - labels.mean()).mean())
    assert spreads == sorted(spreads, reverse=True)


def test_the_same_rows_and_seed_give_the_same_bytes() -> None:
    first, second = (pupil_onnx.to_onnx(trained_quickly(lessons=1)) for _ in range(2))
    assert first == second


def test_only_features_that_can_miss_have_an_indicator(trained: Pupil) -> None:
    assert trained.scaling.can_miss.tolist() == [True] * 4 + [False] * 3
    assert trained.inputs(featurise(shoppers(1)[0])).shape == (ROWS, 7 + 4)
