"""The fast reader says what the exact one says, whatever the dialect and whatever stands in the cells."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_fn.csv_io.cells import Cells, Places
from lambda_fn.csv_io.grid import Text
from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.artefact.recipe import ID_FIELD
from lambda_fn.scoring.columns import Layout
from lambda_fn.tables.reader import Table, TableReader
from tests import factories

RECIPE = factories.recipe_of_any_date()
LAYOUT = Layout(RECIPE)
NOTE = "note"
HEADER = [ID_FIELD, *(field.name for field in RECIPE.inputs), NOTE]

LOCAL = Dialect(
    delimiter=";",
    decimal_mark=",",
    thousands_mark=".",
    signs=("€", "EUR", "%"),
    missing=("", "k.A.", "-", "999", "0000-00-00"),
    true=("ja", "j"),
    false=("nein", "n"),
    dates=("DD.MM.YYYY", "D/M/YYYY"),
)
UPSIDE_DOWN = Dialect(
    delimiter="|",
    thousands_mark=",",
    signs=("$",),
    missing=("", "NA", "2026-06-20", "\\N"),
    true=("1", "2"),
    false=("0", "no"),
    dates=("YYYY-MM-DD", "MM/DD/YYYY", "YYYY-MM-DD HH:MM:SS", "YYYYMMDD"),
)
DIALECTS = (DEFAULT_DIALECT, LOCAL, UPSIDE_DOWN, Dialect(delimiter="\t", thousands_mark=" "))


class NoGrid:
    """Finds no plain row, so that every line goes to the exact reader."""

    def __init__(self, needed: int) -> None:
        self._needed = needed

    def find(self, text: Text) -> tuple[Places, Cells]:
        nothing: Places = np.zeros((self._needed, 0), np.intp)
        return np.zeros(0, np.intp), Cells(text.buffer, nothing, nothing)


def read(text: bytes, dialect: Dialect, *, id_column: str | None, exact: bool) -> list[Table]:
    reader = TableReader(HEADER, LAYOUT, dialect, id_column=id_column, texts=(NOTE,))
    if exact:
        reader._grid = NoGrid(len(HEADER) - (id_column is None))  # type: ignore[assignment]
    return [reader.read(text), reader.read(b"", final=True)]


def said(tables: list[Table]) -> list[Any]:
    return [
        (
            table.ids.tolist(),
            [["nan" if x != x else x for x in row] for row in table.columns.numbers.tolist()],
            table.columns.codes.tolist(),
            dict(table.texts),
            table.rejected,
            (table.lines, table.joined),
        )
        for table in tables
    ]


digits = st.text("0123456789", max_size=17)
numbers = st.one_of(
    st.integers(-5, 2_000).map(str),
    st.builds("{}{}{}".format, digits, st.sampled_from([".", ",", "", "e"]), digits),
    st.sampled_from(
        ["1.234", "1,234", "1.234,50", "$84,835.00 ", "5 €", "12 %", "-$3", "1_000", "0x10", "1e400", "NaN"]
    ),
)
dates = st.one_of(
    st.dates(dt.date(1, 1, 1)).map(str),
    st.dates(dt.date(1000, 1, 1)).map(lambda day: f"{day:%d.%m.%Y}"),
    st.sampled_from(["0000-00-00", "9999-12-31", "20260101", "1/2/2026", "02/30/2026", "2026-06-20 10:11:12"]),
)
words = st.sampled_from(
    [
        "",
        "Evening",
        "Night",
        "Noon",
        "k.A.",
        "NA",
        "\\N",
        "-",
        "999",
        "ja",
        "NEIN",
        "true",
        "False",
        "1",
        "0",
        "2",
        " ",
        "é",
    ]
)
odd = st.sampled_from(['"', '""', '"a""b"', '"a\nb"', "\r", "\0", ",", ";", "|", "x\ty"])
cells = st.one_of(numbers, dates, words, words.map('"{}"'.format), numbers.map('"{}"'.format), odd)
sound = ["u1", "8", "7", "180", "20", "2", "1", "Evening", "2026-06-20", "note"]


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    row = list(sound)
    for _ in range(draw(st.integers(0, 4))):
        row[draw(st.integers(0, len(row) - 1))] = draw(cells)
    return draw(st.sampled_from([row, row, row, row, row[:-1], [*row, ""], [""], [" "]]))


@settings(max_examples=300)
@given(st.lists(lines(), max_size=8), st.sampled_from(DIALECTS), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_fast_and_exact_agree(rows: list[list[str]], dialect: Dialect, end: str, has_ids: bool) -> None:
    text = "".join(dialect.delimiter.join(row) + end for row in rows).encode()
    id_column = ID_FIELD if has_ids else None

    fast = read(text, dialect, id_column=id_column, exact=False)

    assert said(fast) == said(read(text, dialect, id_column=id_column, exact=True))
    assert sum(t.lines - t.joined for t in fast) == sum(len(t) + len(t.rejected) for t in fast)


@pytest.mark.parametrize(
    ("dialect", "column", "text", "value"),
    [
        (LOCAL, "average_order_value", "1.234,50 €", 1234.5),
        (LOCAL, "average_order_value", "999", None),
        (LOCAL, "average_order_value", "12,5", 12.5),
        (LOCAL, "weekend_shopper", "JA", 1.0),
        (LOCAL, "weekend_shopper", "Nein", 0.0),
        (LOCAL, "last_purchase_date", "20.06.2026", 20624.0),
        (LOCAL, "last_purchase_date", "20/6/2026", 20624.0),
        (LOCAL, "last_purchase_date", "0000-00-00", None),
        (UPSIDE_DOWN, "average_order_value", "$84,835.00 ", 84835.0),
        (UPSIDE_DOWN, "weekend_shopper", "2", 1.0),
        (UPSIDE_DOWN, "last_purchase_date", "2026-06-20", None),
        (UPSIDE_DOWN, "last_purchase_date", "06/21/2026", 20625.0),
        (UPSIDE_DOWN, "last_purchase_date", "2026-06-21 23:59:59", 20625.0),
        (UPSIDE_DOWN, "last_purchase_date", "20260621", 20625.0),
    ],
)
def test_a_cell_means_what_the_dialect_says(dialect: Dialect, column: str, text: str, value: float | None) -> None:
    row = [text if name == column else "" for name in HEADER]
    row[0] = "u1"

    table = read(dialect.delimiter.join(row).encode() + b"\n", dialect, id_column=ID_FIELD, exact=False)[0]

    assert table.rejected == []
    found = table.columns.numbers[0, LAYOUT.numeric_names.index(column)]
    np.testing.assert_equal(found, np.nan if value is None else value)


@pytest.mark.parametrize("text", ["1_000", "0x10", "1e400", "NaN", "inf", "1,000", "$5"])
@pytest.mark.parametrize("exact", [False, True])
def test_what_is_no_number_is_refused(text: str, exact: bool) -> None:
    row = [f'"{text}"' if name == "average_order_value" else cell for name, cell in zip(HEADER, sound, strict=True)]

    table = read(",".join(row).encode() + b"\n", DEFAULT_DIALECT, id_column=ID_FIELD, exact=exact)[0]

    assert [rejected.reason for rejected in table.rejected] == [
        f"average_order_value: expected a number from 0 to 100,000 (currency), found {text!r}"
    ]
