from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from cdk.local.table_lines import TableLines, first_rows_as_written
from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from tests.unit.cdk.local.shop_tables import DIALECTS, model_of, table_of


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: f"{dialect.delimiter}{dialect.encoding}")
def test_the_first_rows_are_the_beginning_of_the_file_byte_by_byte(
    tmp_path: Path, dialect: Dialect, packed: bool
) -> None:
    table = table_of(dialect, 5)
    file = tmp_path / "customers.csv"
    file.write_bytes(gzip.compress(table) if packed else table)

    three, count = first_rows_as_written(file, model_of(dialect), 3)

    assert count == 3
    assert table.startswith(three)
    assert three.decode(dialect.encoding).count("\n") == 4
    assert first_rows_as_written(file, model_of(dialect), 100) == (table, 5)


def test_a_row_may_be_bad_or_take_up_several_lines_and_blank_lines_are_none(tmp_path: Path) -> None:
    # Given a row of two lines, a blank line, and a row with too few fields
    table = table_of(DEFAULT_DIALECT, 4)
    header, first, second, third, fourth = table.splitlines(keepends=True)
    cells = first.rstrip().split(b",")
    long = b",".join([*cells[:-1], b'"a note\r\nof two lines"']) + b"\r\n"
    lines = [header, long, b"\r\n", b"bad\r\n", second, third, fourth]
    file = tmp_path / "customers.csv"
    file.write_bytes(b"".join(lines))

    # Then each of both is one row
    manifest = model_of(DEFAULT_DIALECT)
    assert first_rows_as_written(file, manifest, 1) == (b"".join(lines[:3]), 1)
    assert first_rows_as_written(file, manifest, 3) == (b"".join(lines[:5]), 3)
    assert first_rows_as_written(file, manifest, 9) == (b"".join(lines), 5)


def test_a_model_of_one_country_is_shown_rows_of_that_country(tmp_path: Path) -> None:
    header, *rows = table_of(DEFAULT_DIALECT, 4).splitlines()
    countries = [b"USA", b"Japan", b"USA", b"USA"]
    lines = [
        header + b",country\n",
        *(row + b"," + country + b"\n" for row, country in zip(rows, countries, strict=True)),
    ]
    file = tmp_path / "shoppers.csv"
    file.write_bytes(b"".join(lines))
    manifest = model_of(DEFAULT_DIALECT)
    american = manifest.model_copy(update={"data": manifest.data.model_copy(update={"country": "USA"})})

    assert first_rows_as_written(file, american, 2) == (lines[0] + lines[1] + lines[3], 2)


def test_a_line_that_names_the_separator_belongs_to_the_beginning() -> None:
    lines = TableLines.of([b"\xef\xbb\xbfsep=;\r\na;b\r\n1;2\r\n"], DEFAULT_DIALECT)

    assert (lines.header.names, lines.beginning) == (("a", "b"), b"\xef\xbb\xbfsep=;\r\na;b\r\n")
    assert lines.row([b"3;4", b'"'], like=lines.lines[0]) == b'"3;4";""""\r\n'
