"""Rejected rows keep their text and get the line numbers of the whole file."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.tables.judge import Rejected
from lambda_fn.tables.rejected_rows import REJECTED_COLUMNS, frame, unframe

rejected = st.builds(
    Rejected, st.integers(0, 10**6), st.sampled_from(["a reason", 'with "quotes", and commas']), st.binary(max_size=30)
)


@given(st.lists(rejected, max_size=8), st.integers(1, 40), st.integers(0, 10**9))
def test_rejected_rows_get_the_line_numbers_of_the_whole_file(rows: list[Rejected], piece: int, before: int) -> None:
    framed = frame(rows)
    pieces = (framed[start : start + piece] for start in range(0, len(framed), piece))

    body = b"".join(unframe(pieces, before)).decode()

    found = list(csv.DictReader(io.StringIO(body, newline=""), REJECTED_COLUMNS, strict=True))
    assert [int(row["line"]) for row in found] == [2 + before + row.line for row in rows]
    assert [row["reason"] for row in found] == [row.reason for row in rows]
    for row, line in zip(rows, found, strict=True):
        shown = row.text.replace(b"\0", b"\\x00").decode(errors="backslashreplace")
        assert line["text"].removeprefix("'") == shown.removeprefix("'")
        assert line["text"][:1] not in tuple("=+-@\t\r")


def test_a_part_of_rejected_rows_that_was_cut_off_is_noticed() -> None:
    framed = frame([Rejected(0, "reason", b"text")])
    with pytest.raises(ValueError, match="cut off"):
        list(unframe([framed[:-1]], 0))
