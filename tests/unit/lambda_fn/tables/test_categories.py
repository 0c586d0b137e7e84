"""Categories, as a column and looked up one by one."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lambda_fn.csv_io.cells import Cells
from lambda_fn.scoring.columns import MISSING, UNKNOWN
from lambda_fn.tables.categories import CategoryTables

names = st.text(min_size=1, max_size=24).filter(lambda name: "\0" not in name)


def codes_of(written: list[str], known: list[str]) -> NDArray[np.int32]:
    """Look texts up as the second of three columns."""
    cells = Cells.of([text.encode() for text in written] * 3)
    side_by_side = Cells(cells.buffer, cells.starts.reshape(3, -1), cells.ends.reshape(3, -1))
    codes: NDArray[np.int32] = CategoryTables([["Mobile"], known, []]).codes(side_by_side)[1]
    return codes


@given(st.lists(names, unique=True, max_size=60), st.lists(names, max_size=30), st.randoms())
def test_a_category_is_found_by_its_whole_text(known: list[str], others: list[str], shuffle: random.Random) -> None:
    written = [*known, *others, ""]
    shuffle.shuffle(written)

    codes = codes_of(written, known)

    positions = {name: position for position, name in enumerate(known)}
    assert codes.tolist() == [positions.get(text, UNKNOWN) if text else MISSING for text in written]


def test_hundreds_of_categories_are_told_apart() -> None:
    known = [f"Area/Location_{number:x}" for number in range(400)]
    assert codes_of([*known, "Area/Location"], known).tolist() == [*range(400), UNKNOWN]


def test_categories_that_begin_and_end_alike_are_told_apart() -> None:
    known = ["In a relationship", "In a _relationship", "abcdefghXijklmnop", "abcdefghYijklmnop"]
    written = [*known, "abcdefghZijklmnop", "abcdefgh", "ijklmnop"]
    codes = codes_of(written, known)
    assert codes.tolist() == [0, 1, 2, 3, UNKNOWN, UNKNOWN, UNKNOWN]
