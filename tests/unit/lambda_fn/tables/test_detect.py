"""The dialect is told from the bytes, for each trait that tables of shops have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lambda_fn.csv_io.header import UnusableHeader
from lambda_fn.scoring.artefact.dialect import Dialect
from lambda_fn.tables.detect import detect_dialect
from tests.data import tables

FOUND: dict[Callable[[], bytes], dict[str, Any]] = {
    tables.semicolons_quotes_and_dotted_names: {
        "delimiter": ";",
        "true": ("true", "yes"),
        "false": ("false", "no"),
    },
    tables.blanks_as_missing: {"missing": ("", " ")},
    tables.local_dates: {"dates": ("D/M/YYYY",), "column_dates": {"Geburtstag": ("DD.MM.YYYY",)}},
    tables.months_first: {"dates": ("MM/DD/YYYY HH:MM",)},
    tables.undecided_dates: {"dates": ("DD/MM/YYYY",)},
    tables.byte_order_mark: {"delimiter": ";"},
    tables.utf16: {"delimiter": "\t", "encoding": "utf-16"},
    tables.windows_1252: {"delimiter": ";", "encoding": "cp1252", "decimal_mark": ",", "signs": ("€",)},
    tables.decimal_commas: {
        "delimiter": ";",
        "decimal_mark": ",",
        "thousands_mark": ".",
        "true": ("true", "ja"),
        "false": ("false", "nein"),
    },
    tables.dollars: {"thousands_mark": ",", "signs": ("$",)},
    tables.nearly_empty_columns: {"missing": ("", "NA", "\\N")},
    tables.zero_dates: {"missing": ("", "0000-00-00"), "dates": ("YYYY-MM-DD HH:MM:SS",)},
    tables.integer_codes: {},
    tables.german_shop: {
        "delimiter": ";",
        "encoding": "cp1252",
        "decimal_mark": ",",
        "thousands_mark": ".",
        "true": ("true", "ja"),
        "false": ("false", "nein"),
        "dates": ("DD.MM.YYYY",),
    },
}

UNSURE: dict[Callable[[], bytes], list[str]] = {
    tables.undecided_dates: ["date"],
    tables.windows_1252: ["encoding"],
    tables.german_shop: ["encoding"],
}


@pytest.mark.parametrize("table", tables.ALL, ids=lambda table: table.__name__)
def test_a_dialect_is_told_and_is_the_same_the_next_time(table: Callable[[], bytes]) -> None:
    data = table()

    dialect, evidence = detect_dialect(data)

    assert dialect == Dialect(**FOUND[table])
    assert evidence.rows == tables.ROWS
    assert detect_dialect(data) == (dialect, evidence)
    assert Dialect.model_validate_json(dialect.model_dump_json()) == dialect


@pytest.mark.parametrize("table", tables.ALL, ids=lambda table: table.__name__)
def test_only_what_the_values_do_not_tell_is_unsure(table: Callable[[], bytes]) -> None:
    _, evidence = detect_dialect(table())

    unsure = [hint.trait for hint in evidence.unsure]
    assert unsure == UNSURE.get(table, [])
    assert evidence.undecided == (("seen",) if table is tables.undecided_dates else ())


def test_a_number_that_may_be_either_is_asked_about() -> None:
    dialect, evidence = detect_dialect(b'id,spend\n1,"4,802"\n2,"1,950"\n')

    assert (dialect.decimal_mark, dialect.thousands_mark) == (".", ",")
    assert [hint.message for hint in evidence.unsure] == ["',' as in '4,802'; or is it the other mark?"]


def test_a_word_in_a_column_of_texts_is_asked_about() -> None:
    dialect, evidence = detect_dialect(b"id,plan\n1,None\n2,Gold\n3,NA\n4,NULL\n")

    assert dialect.missing == ("", "NULL", "NA")
    assert [hint.message for hint in evidence.unsure] == [
        "'NA' stands for a missing cell, 1 times; or is it a value?",
        "'None' is taken for a value, 1 times; or is it a missing cell?",
    ]


def test_a_decided_column_of_dates_decides_for_another() -> None:
    dialect, evidence = detect_dialect(b"id,a,b\n1,01/02/2026,31/12/2025\n2,03/04/2026,01/01/2026\n")
    assert dialect.dates == ("DD/MM/YYYY",)
    assert evidence.undecided == ()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b,a\n1,2,3\n", "names a more than once"),
        (b"a,,c\n1,2,3\n", "no name for column 2"),
        (b'[{"a": 1}]', "is JSON"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
        (b"a,b\r1,2\r3,4\r", "end with CR alone"),
        (b"\n1,2\n", "must name the columns"),
    ],
)
def test_what_is_no_table_says_what_to_do(data: bytes, message: str) -> None:
    with pytest.raises(UnusableHeader, match=message):
        detect_dialect(data)


def test_a_file_with_empty_columns_at_its_end_is_read_without_them() -> None:
    _, evidence = detect_dialect(b"a,b,,\n1,2,,\n3,4,,\n")
    assert (evidence.columns, evidence.rows) == (("a", "b"), 2)
