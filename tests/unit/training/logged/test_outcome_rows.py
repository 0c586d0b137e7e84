"""Rows are read as the batch reads them; each comes with its own line and text, whatever the lines around it."""

from __future__ import annotations

import csv
import gzip
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.logged.outcome_rows import WrongRow, read_rows
from training.logged.sources import SourceFile

IDS = ("decision_id", "id")


def read(text: str | bytes) -> tuple[list[list[str]], list[WrongRow], list[WrongRow]]:
    """Return the cells (empty where missing), the lines that are no rows, and the others as if all were wrong."""
    data = text if isinstance(text, bytes) else text.encode()
    rows = read_rows(SourceFile("o.csv", data), IDS)
    every = np.ones(len(rows.cells), bool)
    return (
        rows.cells.fillna("").to_numpy().tolist(),
        list(rows.faulty),
        list(rows.wrong(every, ["x"] * len(rows.cells))),
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_plain_lines(end: str, last: bool) -> None:
    lines = ["id,time,ignored,order_value", "7,2026-01-01,x,5", "", "8, 2026-01-02,y,"]
    cells, faulty, wrong = read(end.join(lines) + end * last)
    assert cells == [["7", "2026-01-01", "5"], ["8", "2026-01-02", ""]]
    assert faulty == []
    assert wrong == [WrongRow("o.csv", 2, "x", b"7,2026-01-01,x,5"), WrongRow("o.csv", 4, "x", b"8, 2026-01-02,y,")]


def test_a_row_of_several_lines_is_one_and_counts_as_its_first() -> None:
    cells, _, wrong = read('id,time,order_value\n"7\n8,2026,1",2026-01-01,5\n9,2026-01-02,6\n')
    assert [row[0] for row in cells] == ["7\n8,2026,1", "9"]
    assert [(row.line, row.text) for row in wrong] == [
        (2, b'"7\n8,2026,1",2026-01-01,5'),
        (4, b"9,2026-01-02,6"),
    ]


def test_a_stray_quote_costs_its_line_and_no_other() -> None:
    cells, faulty, _ = read('id,time,order_value\n7,2026-01-01,5\n"8,2026-01-01,5\n9,2026-01-01,5\n')
    assert [row[0] for row in cells] == ["7", "9"]
    assert [(row.line, row.text) for row in faulty] == [(3, b'"8,2026-01-01,5')]
    assert faulty[0].reason.startswith("a quoted field is not closed")


def test_bytes_that_are_no_text_and_counts_of_cells_are_faults_of_a_line() -> None:
    cells, faulty, _ = read(b"id,time,order_value\n7,2026-01-01,5\n\xe4,2026-01-01,5\n8,2026-01-01\n")
    assert [row[0] for row in cells] == ["7"]
    assert [(row.line, row.reason.split(",")[0]) for row in faulty] == [
        (3, "the line is not UTF-8 text"),
        (4, "2 fields under a header of 3"),
    ]


def test_a_spreadsheets_first_line_and_nameless_columns_are_read_past() -> None:
    cells, faulty, wrong = read("\ufeffsep=;\nid;time;order_value;;\n7;2026-01-01;5;;\n8;2026-01-01;6\n")
    assert ([row[0] for row in cells], faulty) == (["7", "8"], [])
    assert [row.line for row in wrong] == [3, 4]


def test_packed_files_count_their_lines_alike() -> None:
    assert read(gzip.compress(b"id,time,order_value\n7,2026-01-01,5\n"))[2][0].line == 2


CELLS = st.text(st.sampled_from('ab ,"\n\r'), max_size=4)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_what_python_writes_is_read_back(values: list[tuple[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("id", "time", "order_value"), *((one, two, "5") for one, two in values)])
    cells, faulty, _ = read(text.getvalue())
    assert faulty == []
    assert cells == [[one.lstrip(" "), two.lstrip(" "), "5"] for one, two in values]
