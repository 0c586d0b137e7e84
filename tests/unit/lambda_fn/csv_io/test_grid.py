"""Plain rows are found where they lie; every other line is left out."""

import numpy as np
import pytest

from lambda_fn.csv_io.grid import Grid, Text


def found(text: bytes, needed: list[int], columns: int = 3, delimiter: bytes = b",") -> dict[int, list[bytes]]:
    """Return the needed fields of each plain row, by its line."""
    rows, cells = Grid(columns, np.array(needed, np.intp), delimiter).find(Text(text))
    return {line: cells[:, rows == line].texts() for line in rows.tolist()}


def test_the_needed_fields_are_found_in_the_order_asked_for() -> None:
    assert found(b"a,b,c\nd,e,f\n", [2, 0]) == {0: [b"c", b"a"], 1: [b"f", b"d"]}


def test_line_ends_and_quotes_are_taken_off() -> None:
    assert found(b'a,b,"c"\r\n"","x,y",f\r\n', [0, 1, 2]) == {0: [b"a", b"b", b"c"], 1: [b"", b"x,y", b"f"]}


def test_doubled_quotes_are_single_in_the_field() -> None:
    assert found(b'"a ""b""","""",""\n', [0, 1, 2]) == {0: [b'a "b"', b'"', b""]}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b" ",
        b"a,b",
        b"a,b,c,d",
        b"a,b\0,c",
        b"a,\xff,c",
        b"a,b\r,c",
        b'a,"b,c',
        b'a,b"b",c',
        b'a,"b"b,c',
        b'"a"b,c"d",e',
    ],
)
def test_what_is_not_plain_is_left_to_the_exact_reader(line: bytes) -> None:
    assert found(b"1,2,3\n" + line + b"\n4,5,6\n", [1]) == {0: [b"2"], 2: [b"5"]}


def test_a_table_of_one_column_is_left_to_the_exact_reader() -> None:
    assert found(b"a\n\nb\n", [0], columns=1) == {}
