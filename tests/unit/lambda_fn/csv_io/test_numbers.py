"""Numbers: one rule, whatever surrounds a text."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io.cells import Cells
from lambda_fn.csv_io.numbers import parse_numbers

RULE = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *", re.ASCII)

digits = st.text("0123456789", max_size=18)
texts = st.one_of(
    st.text("0123456789+-.eE ", max_size=20),
    st.builds("{}.{}".format, digits, digits),
    digits,
    st.sampled_from(["NaN", "inf", "1,5", "0x10", "1_000", "١٢", "1e400", "-0", "--1", "\t1", "1/2", "12:30"]),
)


def expected(text: str) -> float | None:
    if not text.strip(" "):
        return math.nan
    return float(text) if RULE.fullmatch(text) else None


def one_column(written: list[str]) -> Cells:
    cells = Cells.of([text.encode() for text in written])
    return Cells(cells.buffer, cells.starts[None, :], cells.ends[None, :])


@given(st.lists(texts, min_size=1, max_size=30))
def test_every_text_is_read_by_the_rule_and_as_float_reads_it(written: list[str]) -> None:
    values, strange = parse_numbers(one_column(written))

    for text, value, odd in zip(written, values[0].tolist(), strange[0].tolist(), strict=True):
        wanted = expected(text)
        assert odd == (wanted is None), text
        np.testing.assert_equal(value, math.nan if wanted is None else wanted, err_msg=text)


@given(st.lists(st.text("0123456789.- x", max_size=3), min_size=1, max_size=30))
def test_a_column_of_short_texts_is_read_by_the_same_rule(written: list[str]) -> None:
    values, strange = parse_numbers(one_column(written))

    wanted = [expected(text) for text in written]
    assert strange[0].tolist() == [number is None for number in wanted]
    np.testing.assert_equal(values[0], [math.nan if number is None else number for number in wanted])


@pytest.mark.parametrize(
    "text", ["0", "7", "12345678", "123456789", "0.5", ".5", "5.", "1234.567", "99999999.5", "-3.25"]
)
def test_a_number_is_the_nearest_one_to_its_text(text: str) -> None:
    values, strange = parse_numbers(one_column([text]))
    assert (values[0, 0], strange[0, 0]) == (float(text), False)


def test_columns_are_read_side_by_side() -> None:
    cells = Cells.of([b"1", b"2", b"x", b"4.5"])
    values, strange = parse_numbers(Cells(cells.buffer, cells.starts.reshape(2, 2), cells.ends.reshape(2, 2)))
    np.testing.assert_equal(values, [[1, 2], [math.nan, 4.5]])
    np.testing.assert_equal(strange, [[False, False], [True, False]])
