"""Rows one by one, by the rules of RFC 4180, and what is done where a file breaks them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io import reasons
from lambda_fn.csv_io.exact import ExactReader, Found, Row, split_fields

MARKS = st.sampled_from([",", ";", "\t", "|"])
fields = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=8)


def read(text: bytes, *, columns: int = 2, named: int | None = None, final: bool = True) -> Found:
    lines = text.split(b"\n")
    return ExactReader(columns, b",", named).read(lines, range(len(lines)), final=final)


@given(st.lists(fields, min_size=1, max_size=6), MARKS)
def test_a_row_is_split_as_the_csv_module_splits_it(row: list[str], mark: str) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=mark, lineterminator="\n").writerow(row)

    found = split_fields(stream.getvalue().encode()[:-1], mark.encode())

    assert found == [field.encode() for field in row]


def test_blank_lines_are_passed_over_and_counted() -> None:
    assert read(b"\n1,2\n  \n\r\n3,4") == Found(
        [Row(1, b"1,2", [b"1", b"2"], None), Row(4, b"3,4", [b"3", b"4"], None)], 3, None
    )


def test_a_row_of_several_lines_is_joined_where_it_makes_a_row() -> None:
    assert read(b'1,"a\n\nb"\n2,c').rows == [
        Row(0, b'1,"a\n\nb"', [b"1", b"a\n\nb"], None, 3),
        Row(3, b"2,c", [b"2", b"c"], None),
    ]


def test_a_stray_quote_costs_its_own_line() -> None:
    assert [(row.line, row.fault) for row in read(b'1,"a\n2,b\n3,"c').rows] == [
        (0, reasons.NOT_CLOSED),
        (1, None),
        (2, reasons.NOT_CLOSED),
    ]


def test_a_row_that_may_go_on_is_left_to_the_text_to_come() -> None:
    assert read(b'1,2\n3,"a', final=False) == Found([Row(0, b"1,2", [b"1", b"2"], None)], 0, 1)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"1", "1 field under a header of 2"),
        (b"1,2,3", "3 fields under a header of 2"),
        (b"1,\xff", reasons.not_text("utf-8")),
        (b"1,\0", reasons.NUL_BYTE),
        (b"1,a\rb", reasons.STRAY_RETURN),
        (b'1,a"b"', reasons.MALFORMED_QUOTES),
    ],
)
def test_what_is_no_row_says_why(line: bytes, fault: str) -> None:
    assert [row.fault for row in read(line).rows] == [fault]


def test_columns_without_a_name_may_be_left_out() -> None:
    found = read(b"1,2\n1,2,,\n1,2,", columns=4, named=2)
    assert [row.fault for row in found.rows] == [None, None, "3 fields under a header of 2"]
