"""Parts of the data, and evenly spaced rows of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.columns import featurise
from training.data.prepared import Part, Prepared, evenly


@given(st.integers(1, 500), st.integers(1, 500))
def test_rows_are_chosen_evenly_from_the_first_to_the_last(rows: int, most: int) -> None:
    chosen = evenly(rows, most)
    assert len(chosen) == min(rows, most)
    assert chosen[0] == 0
    assert most == 1 or chosen[-1] == rows - 1
    assert (np.diff(chosen) >= 1).all()


def test_a_part_is_thinned_with_its_labels_and_left_alone_where_it_is_small() -> None:
    part = Part(np.arange(5, dtype=np.float32)[:, None], np.array([0, 1, 0, 1, 1], dtype=np.int8))
    thinned = part.at_most(3)
    assert (thinned.matrix[:, 0].tolist(), thinned.labels.tolist()) == ([0, 2, 4], [0, 0, 1])
    assert part.at_most(5) is part


def test_the_raw_rows_of_a_part_give_its_matrix(small: Prepared) -> None:
    columns = small.columns(small.split.holdout)
    np.testing.assert_array_equal(featurise(small.plan, columns, small.as_of), small.holdout.matrix)


def test_the_share_of_positives_is_that_of_each_parts_labels(small: Prepared) -> None:
    shares = small.positive_shares()
    assert list(shares) == ["train", "validation", "holdout"]
    assert shares["holdout"] == pytest.approx((small.table(small.split.holdout)["cart_abandonment_rate"] >= 30).mean())
