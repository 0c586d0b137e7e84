"""Whole files: any table is read in the dialect that was told from it, packed or not, and every row is somewhere."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lambda_fn.csv_io.header import UnusableHeader
from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.artefact.recipe import CategoryInput, DateInput, FlagInput, InputField, NumberInput
from lambda_fn.tables.detect import detect_dialect
from lambda_fn.tables.files import layout_of, read_table
from lambda_fn.tables.reader import Table
from tests.data import tables


def number(name: str) -> NumberInput:
    return NumberInput(name=name, unit="units", minimum=-1e6, maximum=1e6)


def date(name: str) -> DateInput:
    return DateInput.model_validate({"name": name, "minimum": "1900-01-01", "maximum": "2100-01-01"})


# Each table's inputs, its id, and the first row: id, values.
READ: dict[Callable[[], bytes], tuple[list[InputField], str | None, list[float]]] = {
    tables.semicolons_quotes_and_dotted_names: (
        [number("age"), number("emp var.rate"), FlagInput(name="y")],
        "client.id",
        [26, 9, 1],
    ),
    tables.blanks_as_missing: ([number("TotalCharges")], "id", [np.nan]),
    tables.local_dates: ([date("joined"), date("Geburtstag"), FlagInput(name="left")], "id", [20210, 20210, 0]),
    tables.months_first: ([date("seen")], "id", [20209]),
    tables.byte_order_mark: ([number("Wert")], None, [0]),
    tables.utf16: ([number("Wert")], None, [0]),
    tables.windows_1252: ([number("Umsatz")], None, [0.5]),
    tables.decimal_commas: ([number("Umsatz"), FlagInput(name="Kündigung")], "Kunde", [2596.43, 1]),
    tables.dollars: ([number("Income")], "id", [42254]),
    tables.nearly_empty_columns: ([number("a"), number("b")], "id", [np.nan, 9]),
    tables.zero_dates: ([date("last_order")], "id", [20089]),
    tables.integer_codes: ([number("region"), number("os"), FlagInput(name="Revenue")], None, [0, 0, 0]),
}


def joined(found: list[Table]) -> tuple[list[bytes], np.ndarray, int]:
    ids = [name for table in found for name in table.ids.tolist()]
    return ids, np.concatenate([table.columns.numbers for table in found]), sum(len(table.rejected) for table in found)


@pytest.mark.parametrize("table", READ, ids=lambda table: table.__name__)
@pytest.mark.parametrize("packed", [False, True])
def test_a_table_is_read_in_its_own_dialect(table: Callable[[], bytes], packed: bool, tmp_path: Path) -> None:
    inputs, id_column, first = READ[table]
    data = table()
    path = tmp_path / "table.csv"
    path.write_bytes(gzip.compress(data) if packed else data)

    found = list(read_table(path, layout_of(inputs), detect_dialect(data)[0], id_column=id_column))

    ids, numbers, rejected = joined(found)
    assert (len(ids), len(set(ids)), rejected) == (tables.ROWS, tables.ROWS, 0)
    np.testing.assert_allclose(numbers[0], first)


@pytest.mark.parametrize("table", READ, ids=lambda table: table.__name__)
def test_how_the_bytes_come_in_makes_no_difference(table: Callable[[], bytes]) -> None:
    inputs, id_column, _ = READ[table]
    data = table()
    dialect = detect_dialect(data)[0]
    pieces = [data[place : place + 333] for place in range(0, len(data), 333)]

    whole, in_pieces = (
        joined(list(read_table(source, layout_of(inputs), dialect, id_column=id_column))) for source in ([data], pieces)
    )

    assert in_pieces[0] == whole[0]
    np.testing.assert_array_equal(in_pieces[1], whole[1])


def test_columns_wanted_as_texts_come_as_they_are_written() -> None:
    data = b"region,os,ok\n01,1.0,TRUE\n,NA,false\n"
    fields = [CategoryInput(name="region")]

    (table, *_) = read_table(
        [data], layout_of(fields), Dialect(missing=("", "NA")), id_column=None, texts=("region", "os", "ok")
    )

    assert dict(table.texts) == {"region": [b"01", b""], "os": [b"1.0", b""], "ok": [b"TRUE", b"false"]}


def test_without_an_id_a_row_is_called_by_its_line_as_a_rejected_one_is() -> None:
    data = b'sep=;\na;b\n1;2\n\n"3";x\n5;"6\n"\n7;8\n'
    layout = layout_of([number("a"), number("b")])

    found = list(read_table([data], layout, id_column=None))

    assert [name for table in found for name in table.ids.tolist()] == [b"3", b"8"]
    assert [row.line for table in found for row in table.rejected] == [2, 3]


def test_a_row_may_leave_out_the_columns_without_a_name() -> None:
    data = b"id,a,,\n1,5,,\n2,6\n3,7,,,\n"

    found = list(read_table([data], layout_of([number("a")]), id_column="id"))

    ids, numbers, _ = joined(found)
    assert (ids, numbers[:, 0].tolist()) == ([b"1", b"2"], [5.0, 6.0])
    assert [row.reason for table in found for row in table.rejected] == ["5 fields under a header of 2"]


def test_shifted_rows_are_rejected_by_their_number_of_fields() -> None:
    data = b"id,a,b\n1,4,802,7\n2,4,7\n3,4,7,\n"

    found = list(read_table([data], layout_of([number("a"), number("b")]), id_column="id"))

    assert joined(found)[0] == [b"2"]
    reason = "4 fields under a header of 3"
    assert [(row.line, row.reason) for table in found for row in table.rejected] == [(0, reason), (2, reason)]


@pytest.mark.parametrize("written", ["9999-12-31", "0001-01-01", "2300-01-01", "1899-12-31"])
def test_a_date_out_of_bounds_is_rejected_with_the_bounds(written: str) -> None:
    (table, *_) = read_table([f"id,d\n1,{written}\n".encode()], layout_of([date("d")]), id_column="id")
    assert [row.reason for row in table.rejected] == [
        f"d: expected a date (YYYY-MM-DD) from 1900-01-01 to 2100-01-01, found {written!r}"
    ]


def test_gzip_in_gzip_and_damaged_gzip_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "table.csv.gz"
    packed = gzip.compress(tables.dollars())
    for data, message in ((gzip.compress(packed), "packed with gzip twice"), (packed[:-2000], "damaged")):
        path.write_bytes(data)
        with pytest.raises(UnusableHeader, match=message):
            list(
                read_table(
                    path, layout_of([number("Income")]), Dialect(thousands_mark=",", signs=("$",)), id_column="id"
                )
            )


def test_a_table_of_another_dialect_says_so() -> None:
    with pytest.raises(UnusableHeader, match="separated by ';': use commas"):
        list(read_table([tables.decimal_commas()], layout_of([number("Umsatz")]), DEFAULT_DIALECT, id_column="Kunde"))
