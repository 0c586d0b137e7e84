"""A file is read into exactly what training needs, by the batch's reader, and what cannot be read is said plainly."""

import gzip
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lambda_fn.scoring.artefact.dialect import Dialect
from lambda_fn.scoring.artefact.recipe import Recipe
from training.data.load import ID, Refused, read
from training.data.source import Source
from training.errors import DataRefused
from training.shops.shop import RateLabel, ValueLabel

RECIPE = Recipe.model_validate(
    {
        "inputs": [
            {"kind": "number", "name": "age", "unit": "years", "minimum": 0, "maximum": 120},
            {"kind": "flag", "name": "member"},
            {"kind": "category", "name": "country"},
            {"kind": "date", "name": "last", "minimum": "2000-01-01", "maximum": "2100-01-01"},
        ],
        "steps": [{"op": "passthrough", "name": "age_raw", "source": "age"}],
    }
)
RATE = RateLabel(column="rate")
HEADER = "extra,user_id,age,member,country,last,rate\n"


def source(**changes: Any) -> Source:
    return Source(RECIPE.inputs, **{"label": RATE, **changes})


def write(tmp_path: Path, text: str, name: str = "data.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_rows_are_typed_and_other_columns_ignored(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "x,007,30,1,USA,2000-01-02,50\nx,8,,0,None,,3.5\n")
    dataset = read(path, source())
    table = dataset.table
    assert list(table.columns) == [ID, "age", "member", "last", "rate", "country"]
    assert table[ID].tolist() == ["007", "8"]
    assert table["country"].tolist() == ["USA", "None"]  # a text, not a missing value
    np.testing.assert_array_equal(table["last"].to_numpy(), [10_958, np.nan])
    np.testing.assert_array_equal(table["age"].to_numpy(), [30.0, np.nan])
    assert (dataset.refused, dataset.left_out, dataset.rows_read, dataset.extra) == ({}, 0, 2, None)
    assert dataset.fingerprint.model_dump() == {
        "source": "data.csv",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "rows": 2,
        "country": "all",
    }


@pytest.mark.parametrize("kept", [0.0001, 0.5, 0.99])
def test_a_damaged_gzip_file_is_refused(tmp_path: Path, kept: float) -> None:
    rows = "".join(f"{i},{i % 90},30,1,USA,2026-01-01,{i % 77}\n" for i in range(50_000))
    path = write(tmp_path, HEADER + rows, "data.csv.gz")
    packed = path.read_bytes()
    path.write_bytes(packed[: int(len(packed) * kept)])
    with pytest.raises(DataRefused, match="is damaged"):
        read(path, source(label=None))


def test_gzip_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff" + HEADER + "x,1,30,1,USA,2026-01-01,50\n", "data.csv.gz")
    assert read(path, source()).table["age"].tolist() == [30]


def test_the_rows_to_keep_are_kept_and_the_others_counted(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "x,1,30,1,USA,2026-01-01,50\nx,2,40,1,Japan,2026-01-01,60\n")
    found = read(path, source(rows={"country": ("Japan",)}))
    assert (found.table[ID].tolist(), found.left_out, found.rows_read) == (["2"], 1, 2)
    assert found.fingerprint.country == "Japan"
    both = read(path, source(rows={"country": ("Japan", "USA"), "extra": ("x",)}))
    assert (both.table[ID].tolist(), both.left_out, both.fingerprint.country) == (["1", "2"], 0, "all")
    with pytest.raises(DataRefused, match="no row with country 'Peru' among its 2"):
        read(path, source(rows={"country": ("Peru",)}))


def test_a_row_with_a_cell_that_cannot_be_read_or_lies_out_of_bounds_is_refused_with_the_batchs_reason(
    tmp_path: Path,
) -> None:
    faulty = (
        "x,1,thirty,1,USA,2026-01-01,50\nx,2,121,1,USA,2026-01-01,50\nx,3,121,1,USA,2026-01-01,50\n"
        "x,4,30,perhaps,USA,2026-01-01,50\nx,5,30,1,USA,2026-13-01,50\nx,6,30,1,USA,2026-01-01,many\n"
        ",30,30,1,USA,2026-01-01,5,too,many\nx,,30,1,USA,2026-01-01,50\n"
    )
    dataset = read(write(tmp_path, HEADER + faulty + "x,9,30,1,USA,2026-01-01,60\n"), source())
    assert dataset.table[ID].tolist() == ["9"]
    reasons = {reason: (each.rows, each.examples) for reason, each in dataset.refused.items()}
    rate = next(reason for reason in reasons if reason.startswith("rate"))
    assert reasons.pop(rate) == (1, ["'many'"])
    assert reasons == {
        "age: expected a number from 0 to 120 (years)": (3, ["'thirty'", "'121'"]),
        "member: expected 0, 1, true or false": (1, ["'perhaps'"]),
        "last: expected a date (YYYY-MM-DD) from 2000-01-01 to 2100-01-01": (1, ["'2026-13-01'"]),
        "9 fields under a header of 7": (1, []),
        "user_id: expected 1 to 128 characters": (1, ["0"]),
    }
    assert dataset.rows_read == 9


def test_a_file_of_refused_rows_only_says_why(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "x,1,200,1,USA,2026-01-01,50\n")
    message = r"can be read \(1 row: age: expected a number from 0 to 120 \(years\) \(such as '200'\)\)"
    with pytest.raises(DataRefused, match=message):
        read(path, source())


def test_a_refusal_counts_its_rows_and_keeps_a_few_examples(tmp_path: Path) -> None:
    rows = [f"x,{i},{200 + i},1,USA,2026-01-01,50\n" for i in range(9)] + ["x,99,30,1,USA,2026-01-01,50\n"]
    refused = read(write(tmp_path, HEADER + "".join(rows)), source()).refused
    assert refused == {"age: expected a number from 0 to 120 (years)": Refused(9, ["'200'", "'201'", "'202'"])}


def test_categories_that_appear_late_in_a_large_file_stay_categories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambda_fn.tables.files.PIECE_BYTES", 50)
    rows = [f"x,{i},30,1,{country},2026-01-01,50\n" for i, country in enumerate("ABBCA")]
    table = read(write(tmp_path, HEADER + "".join(rows)), source()).table
    assert table["country"].tolist() == list("ABBCA")
    assert table["country"].cat.categories.tolist() == list("ABC")


def test_categories_that_are_whole_numbers_are_texts(tmp_path: Path) -> None:
    rows = ["x,1,30,1,01,2026-01-01,50\n", "x,2,30,1,1,2026-01-01,50\n", "x,3,30,1,,2026-01-01,50\n"]
    countries = read(write(tmp_path, HEADER + "".join(rows)), source()).table["country"]
    assert countries.cat.categories.tolist() == ["01", "1"]
    assert countries.cat.codes.tolist() == [0, 1, -1]


def test_a_label_of_values_is_1_0_or_missing(tmp_path: Path) -> None:
    text = "user_id,age,member,country,last,end\n" + "".join(
        f"{i},30,1,USA,,{end}\n" for i, end in enumerate(("left", "bought", "returned", ""))
    )
    label = ValueLabel(column="end", abandoned=("left",), completed=("bought",))
    table = read(write(tmp_path, text), source(label=label)).table
    np.testing.assert_array_equal(table["end"].to_numpy(), [1, 0, np.nan, np.nan])
    everything_else = ValueLabel(column="end", abandoned=("left",))
    table = read(write(tmp_path, text), source(label=everything_else)).table
    np.testing.assert_array_equal(table["end"].to_numpy(), [1, 0, 0, np.nan])


def test_without_an_id_column_a_row_is_told_apart_by_the_number_of_its_line(tmp_path: Path) -> None:
    # Given rows with a blank line, a line break within quotes, and a row that is refused
    text = 'age,member,country,last\n30,1,USA,\n\n31,1,"U\nSA",\n200,1,USA,\n33,0,USA,\n'
    dataset = read(write(tmp_path, text), source(label=None, id_column=None))
    # Then the ids are the lines on which the rows begin, as an editor counts them
    assert dataset.table[ID].tolist() == ["2", "4", "7"]
    assert dataset.table["age"].tolist() == [30, 31, 33]


def test_a_table_is_read_in_the_shops_dialect(tmp_path: Path) -> None:
    dialect = Dialect(
        delimiter=";", encoding="cp1252", decimal_mark=",", missing=("", "k.A."), true=("ja",), false=("nein",)
    )
    text = "Kunden-Nr.;age;member;country;last\nä-1;30,5;Ja;Köln;k.A.\n"
    path = tmp_path / "german.csv"
    path.write_bytes(text.encode("cp1252"))
    table = read(path, source(label=None, id_column="Kunden-Nr.", dialect=dialect)).table
    assert table[ID].tolist() == ["ä-1"]
    assert (table["age"].tolist(), table["member"].tolist(), table["country"].tolist()) == ([30.5], [1], ["Köln"])
    assert table["last"].isna().all()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1 must name the columns, and is empty"),
        (b"\xff\xfe\x00", "is encoded as UTF-16"),
        (b"user_id,\xff\n1,2\n", "is not text in UTF-8"),
        (b"user_id,age\n1,2\n", "lacks the columns member, last, rate, country"),
        (HEADER.replace(",", ";").encode(), "separated by ';': use commas"),
        (HEADER.encode() + b"x,1,30,1,\xff,2026-01-01,50\n", "no row that can be read"),
        (HEADER.encode(), "has a header and no rows"),
        (HEADER.encode() + b'x,1,30,1,USA,2026-01-01,"50\n', "no row that can be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(data)
    with pytest.raises(DataRefused, match=message):
        read(path, source())


def test_blanks_around_the_names_of_columns_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER.replace(",", ", ") + "x,1,30,1,USA,2026-01-01,50\n")
    assert read(path, source()).table["age"].tolist() == [30]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="there is no file"):
        read(tmp_path / "nowhere.csv", source())


EXTRA = Recipe.model_validate(
    {
        "inputs": [
            {"kind": "number", "name": "age", "unit": "years", "minimum": 0, "maximum": 120},
            {"kind": "number", "name": "visits", "unit": "count", "minimum": 0, "maximum": 99},
            {"kind": "category", "name": "device"},
            {"kind": "date", "name": "absent", "minimum": "2000-01-01", "maximum": "2100-01-01"},
        ],
        "steps": [{"op": "passthrough", "name": "visits_raw", "source": "visits"}],
    }
)


def test_inputs_of_another_recipe_are_read_in_the_same_pass_where_the_file_has_them(tmp_path: Path) -> None:
    # Given a file with two of the three columns that only the other recipe reads, one of their cells unreadable
    header = HEADER.replace("extra", "visits").replace("\n", ",device\n")
    path = write(tmp_path, header + "7,1,30,1,USA,2026-01-01,50,Mobile\n?,2,40,0,USA,2026-01-01,60,\n")
    # When it is read
    dataset = read(path, source(), also=EXTRA.inputs)
    # Then the recipe's own table is what it would be without them
    alone = read(path, source())
    pd.testing.assert_frame_equal(dataset.table, alone.table)
    assert (dataset.refused, alone.refused, alone.extra) == ({}, {}, None)
    # And the others lie beside it
    assert dataset.extra is not None
    assert sorted(dataset.extra.columns) == ["device", "visits"]
    np.testing.assert_array_equal(dataset.extra["visits"].to_numpy(), [7, np.nan])
    assert sorted(dataset.with_extra().columns) == sorted([*alone.table.columns, "device", "visits"])


def test_the_rows_read_so_far_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambda_fn.tables.files.PIECE_BYTES", 60)
    path = write(tmp_path, HEADER + "".join(f"x,{i},30,1,USA,2026-01-01,50\n" for i in range(9)))
    told: list[int] = []
    read(path, source(), told.append)
    assert told == sorted(told)
    assert (told[-1], len(told) > 2) == (9, True)
