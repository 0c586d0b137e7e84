"""Numbers: one rule, whatever surrounds a text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io.cells import Cells
from lambda_fn.csv_io.numbers import parse_numbers
from lambda_fn.csv_io.spelling import Spelling

digits = st.text("0123456789", max_size=18)
texts = st.one_of(
    st.text("0123456789+-.eE ", max_size=20),
    st.builds("{}.{}".format, digits, digits),
    digits,
    st.sampled_from(["NaN", "inf", "1,5", "0x10", "1_000", "١٢", "1e400", "-0", "--1", "\t1", "1/2", "12:30"]),
)


def one_column(written: list[str]) -> Cells:
    cells = Cells.of([text.encode() for text in written])
    return Cells(cells.buffer, cells.starts[None, :], cells.ends[None, :])


def check(written: list[str], point: str) -> None:
    """Check that what is read fast is what the exact rule says; all else is left to it."""
    values, strange = parse_numbers(one_column(written), point.encode())
    exact = Spelling(decimal=point.encode())
    for text, value, left in zip(written, values[0].tolist(), strange[0].tolist(), strict=True):
        if not left:
            np.testing.assert_equal(value, exact.number(text.encode()), err_msg=text)


@given(st.lists(texts, min_size=1, max_size=30), st.sampled_from(".,"))
def test_what_is_read_fast_is_what_the_rule_says(written: list[str], point: str) -> None:
    check(written, point)


@given(st.lists(st.text("0123456789.- x", max_size=3), min_size=1, max_size=30))
def test_a_column_of_short_texts_is_read_by_the_same_rule(written: list[str]) -> None:
    check(written, ".")


@given(st.lists(st.tuples(digits, digits), min_size=1, max_size=20), st.sampled_from(".,"))
def test_digits_with_a_point_are_always_read_fast(written: list[tuple[str, str]], point: str) -> None:
    texts_ = [f"{whole}1{point}{fraction}" for whole, fraction in written]
    values, strange = parse_numbers(one_column(texts_), point.encode())
    assert not strange.any()
    assert values[0].tolist() == [float(text.replace(point, ".")) for text in texts_]


@pytest.mark.parametrize(
    "text", ["0", "7", "12345678", "123456789", "0.5", ".5", "5.", "1234.567", "99999999.5", "9007199254740993"]
)
def test_a_number_is_the_nearest_one_to_its_text(text: str) -> None:
    values, strange = parse_numbers(one_column([text]))
    assert (values[0, 0], strange[0, 0]) == (float(text), False)


def test_columns_are_read_side_by_side() -> None:
    cells = Cells.of([b"1", b"2", b"x", b"4.5"])
    values, strange = parse_numbers(Cells(cells.buffer, cells.starts.reshape(2, 2), cells.ends.reshape(2, 2)))
    np.testing.assert_equal(strange, [[False, False], [True, False]])
    assert values[~strange].tolist() == [1, 2, 4.5]
