"""The teacher learns P(label | what is known) from raw inputs."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from lambda_fn.scoring.columns import Columns
from training.models import blanks, teacher
from training.models.teacher import Teacher, raw


def test_raw_inputs_are_numbers_then_codes_and_nan_where_missing() -> None:
    columns = Columns(np.array([[1.5, np.nan]]), np.array([[2, -1, -2]], dtype=np.int32))
    np.testing.assert_array_equal(raw(columns), [[1.5, np.nan, 2, np.nan, np.nan]])


def test_it_tells_what_is_known_from_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a label that is the first category's, and a number that does not matter
    monkeypatch.setattr(teacher, "MOST_COPIES", 2)
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, (2_000, 1)).astype(np.int32)
    columns = Columns(rng.normal(size=(2_000, 1)), codes)
    # When
    taught = Teacher(columns, (codes[:, 0] == 0).astype(np.int8), seed=0)
    # Then it is sure where the category is known, and says the base rate where it is not
    one_each = Columns(np.zeros((3, 1)), np.array([[0], [1], [-1]], dtype=np.int32))
    np.testing.assert_allclose(taught.probabilities(one_each), [1, 0, 0.5], atol=0.05)
    assert np.abs(taught.log_odds(blanks.stacked([one_each, columns]))).max() <= 6


def test_its_answers_do_not_depend_on_the_number_of_threads() -> None:
    # Given more rows than one thread is given
    rng = np.random.default_rng(0)
    columns = Columns(rng.normal(size=(40_000, 3)), rng.integers(-1, 4, (40_000, 2)).astype(np.int32))
    labels = (columns.numbers[:, 0] + rng.normal(size=len(columns)) > 0).astype(np.int8)
    # When one teacher learns and answers on one thread, another on two
    with threadpool_limits(limits=1):
        alone = Teacher(columns, labels, seed=0).log_odds(columns)
    with threadpool_limits(limits=2):
        together = Teacher(columns, labels, seed=0).log_odds(columns)
    # Then they say the same, bit by bit
    np.testing.assert_array_equal(alone, together)
