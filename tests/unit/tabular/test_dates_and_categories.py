"""Dates and categories, as columns and as the standard library reads them one by one."""

import datetime as dt
import math
import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lambda_fn.csv_io.cells import Cells
from lambda_fn.csv_io.dates import parse_dates
from lambda_fn.scoring.columns import MISSING, UNKNOWN, days_since_epoch
from lambda_fn.tables.categories import CategoryTables

dates = st.one_of(
    st.dates().map(str),
    st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"),
    st.text("0123456789-/T ", max_size=12),
)
names = st.text(min_size=1, max_size=24).filter(lambda name: "\0" not in name)


def codes_of(written: list[str], known: list[str]) -> NDArray[np.int32]:
    """Look texts up as the second of three columns."""
    cells = Cells.of([text.encode() for text in written] * 3)
    side_by_side = Cells(cells.buffer, cells.starts.reshape(3, -1), cells.ends.reshape(3, -1))
    codes: NDArray[np.int32] = CategoryTables([["Mobile"], known, []]).codes(side_by_side)[1]
    return codes


def days(text: str) -> float | None:
    try:
        return days_since_epoch(dt.date.fromisoformat(text)) if len(text) == 10 and text[4] == "-" else None
    except ValueError:
        return None


@given(st.lists(dates, min_size=1, max_size=20))
def test_a_date_is_what_the_calendar_knows(written: list[str]) -> None:
    values, strange = parse_dates(Cells.of([text.encode() for text in written]))

    for text, value, odd in zip(written, values.tolist(), strange.tolist(), strict=True):
        wanted = days(text)
        assert odd == (wanted is None and text != ""), text
        np.testing.assert_equal(value, math.nan if wanted is None else wanted, err_msg=text)


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
