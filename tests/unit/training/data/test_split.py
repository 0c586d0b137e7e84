"""People stay on their side of the split."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.split import split

ids = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=60, unique=True)


@given(ids)
def test_every_row_is_in_exactly_one_part(user_ids: list[str]) -> None:
    parts = vars(split(user_ids))
    rows = np.concatenate(list(parts.values()))
    assert sorted(rows.tolist()) == list(range(len(user_ids)))


@given(ids, st.randoms())
def test_a_person_keeps_their_side_whoever_else_is_in_the_file(user_ids: list[str], random: object) -> None:
    assert hasattr(random, "sample")
    some = random.sample(user_ids, k=(len(user_ids) + 1) // 2)
    sides = {user_ids[row]: name for name, rows in vars(split(user_ids)).items() for row in rows}
    again = {some[row]: name for name, rows in vars(split(some)).items() for row in rows}
    assert again == {user_id: sides[user_id] for user_id in some}


def test_the_shares_are_as_intended() -> None:
    parts = vars(split(str(number) for number in range(50_000)))
    shares = [len(rows) / 50_000 for rows in parts.values()]
    assert shares == pytest.approx([0.64, 0.16, 0.20], abs=0.01)


def test_the_split_does_not_move_between_releases() -> None:
    parts = vars(split(str(number) for number in range(12)))
    assert {name: rows.tolist() for name, rows in parts.items()} == {
        "train": [0, 1, 4, 6, 8, 10, 11],
        "validation": [2, 3, 5, 7],
        "holdout": [9],
    }
