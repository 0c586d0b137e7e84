"""Blanks are drawn by share, from a seed, and take nothing but values away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_fn.scoring.columns import MISSING, Columns
from training.models import blanks


def columns(rows: int, seed: int = 0) -> Columns:
    rng = np.random.default_rng(seed)
    return Columns(rng.normal(size=(rows, 5)), rng.integers(0, 4, (rows, 3)).astype(np.int32))


def missing(some: Columns) -> np.ndarray:
    return np.concatenate([np.isnan(some.numbers), some.codes == MISSING], axis=1)


@given(st.floats(0, 1), st.integers(0, 1_000))
@settings(max_examples=30)
def test_a_blanked_row_keeps_what_is_left(share: float, seed: int) -> None:
    whole = columns(200)
    blanked = blanks.blank(whole, share, np.random.default_rng(seed))
    gone = missing(blanked)
    np.testing.assert_array_equal(blanked.numbers[~gone[:, :5]], whole.numbers[~gone[:, :5]])
    np.testing.assert_array_equal(blanked.codes[~gone[:, 5:]], whole.codes[~gone[:, 5:]])
    assert abs(gone.mean() - share) < 0.06


@pytest.mark.parametrize(("share", "all_gone"), [(0.0, False), (1.0, True)])
def test_none_and_all_are_exact(share: float, all_gone: bool) -> None:
    assert (missing(blanks.blank(columns(1_000), share, np.random.default_rng(0))) == all_gone).all()


def test_a_value_that_is_missing_stays_so() -> None:
    nobody = blanks.nobody(columns(1))
    assert missing(nobody).all()
    assert missing(blanks.blank(nobody, 0.0, np.random.default_rng(0))).all()


def test_shares_reach_from_none_to_all() -> None:
    shares = blanks.draw_shares(np.random.default_rng(0), 20_000)
    assert (shares == 0).mean() == pytest.approx(blanks.COMPLETE, abs=0.02)
    assert (shares == 1).mean() == pytest.approx(blanks.EMPTY, abs=0.01)
    assert (shares > 0.5).mean() == pytest.approx(
        blanks.EMPTY + blanks.SCARCE + (1 - blanks.COMPLETE - blanks.SCARCE - blanks.EMPTY) / 2, abs=0.02
    )


def test_shares_are_alike_for_both_labels() -> None:
    labels = (np.arange(10_000) < 1_000).astype(np.int8)
    shares = blanks.draw_shares_alike(np.random.default_rng(0), labels)
    for label in (0, 1):
        assert (shares[labels == label] == 1).mean() == pytest.approx(blanks.EMPTY, abs=0.002)
        assert shares[labels == label].mean() == pytest.approx(shares.mean(), abs=0.002)


def test_a_mixed_row_takes_some_values_from_another_row_at_the_same_place() -> None:
    whole = columns(4_000)
    mixed = blanks.mix(whole, np.random.default_rng(0))
    changed = mixed.numbers != whole.numbers
    assert changed.any(axis=1).mean() == pytest.approx(blanks.MIXED_ROWS * (1 - 0.7**5), abs=0.05)
    for place in range(5):
        assert np.isin(mixed.numbers[:, place], whole.numbers[:, place]).all()


def test_the_same_seed_draws_the_same_blanks() -> None:
    first, second = (blanks.blank(columns(50), 0.5, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first.numbers, second.numbers)
    np.testing.assert_array_equal(first.codes, second.codes)
