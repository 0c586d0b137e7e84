"""A CSV is read into exactly what training needs, and what cannot be read is said plainly."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lambda_fn.scoring.recipe import Recipe
from training.data.load import read
from training.errors import DataRefused

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
HEADER = "extra,user_id,age,member,country,last,rate\n"


def write(tmp_path: Path, text: str, name: str = "data.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_rows_are_typed_and_other_columns_ignored(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "x,007,30,1,USA,1970-01-02,50\nx,8,,0,None,,3.5\n")
    dataset = read(path, RECIPE, "rate")
    table = dataset.table
    assert list(table.columns) == ["user_id", "country", "last", "age", "member", "rate"]
    assert table["user_id"].tolist() == ["007", "8"]
    assert table["country"].tolist() == ["USA", "None"]  # a text, not a missing value
    np.testing.assert_array_equal(table["last"].to_numpy(), [1.0, np.nan])
    np.testing.assert_array_equal(table["age"].to_numpy(), [30.0, np.nan])
    assert dataset.unreadable == {}
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
        read(path, RECIPE)


def test_gzip_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff" + HEADER + "x,1,30,1,USA,2026-01-01,50\n", "data.csv.gz")
    assert read(path, RECIPE, "rate").table["age"].tolist() == [30]


def test_only_the_asked_country_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "x,1,30,1,USA,2026-01-01,50\nx,2,40,1,Japan,2026-01-01,60\n")
    assert read(path, RECIPE, "rate", "Japan").table["user_id"].tolist() == ["2"]
    with pytest.raises(DataRefused, match="no row with country 'Peru' among its 2"):
        read(path, RECIPE, "rate", "Peru")


def test_cells_of_another_type_count_as_missing_and_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "x,1,thirty,1,USA,2026-13-01,50\nx,2,inf,yes,USA,2026-01-01,60\n")
    dataset = read(path, RECIPE, "rate")
    assert dataset.unreadable == {"last": 1, "age": 2, "member": 1}
    assert dataset.table["age"].isna().all()


def test_categories_that_appear_late_in_a_large_file_stay_categories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.data.load.CHUNK_ROWS", 2)
    rows = [f"x,{i},30,1,{country},2026-01-01,50\n" for i, country in enumerate("AABBC")]
    table = read(write(tmp_path, HEADER + "".join(rows)), RECIPE, "rate").table
    assert table["country"].tolist() == list("AABBC")
    assert table["country"].cat.categories.tolist() == list("ABC")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1 must name the columns, and is empty"),
        (b"\xff\xfe\x00", "is encoded as UTF-16"),
        (b"user_id,\xff\n1,2\n", "is not text in UTF-8"),
        (b"user_id,age\n1,2\n", "lacks the columns country, last, member, rate"),
        (HEADER.replace(",", ";").encode(), "separated by ';': use commas"),
        (HEADER.replace(",", ", ").encode() + b"x,1,30,1,USA,2026-01-01,50\n", "cannot be read as CSV"),
        (HEADER.encode() + b"x,1,30,1,\xff,2026-01-01,50\n", "cannot be read as CSV"),
        (HEADER.encode(), "has no rows"),
        (HEADER.encode() + b'x,1,30,1,USA,2026-01-01,"50\n', "cannot be read as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(data)
    with pytest.raises(DataRefused, match=message):
        read(path, RECIPE, "rate")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="there is no file"):
        read(tmp_path / "nowhere.csv", RECIPE, "rate")


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
    dataset = read(path, RECIPE, "rate", also=EXTRA.inputs)
    # Then the recipe's own table is what it would be without them
    alone = read(path, RECIPE, "rate")
    pd.testing.assert_frame_equal(dataset.table, alone.table)
    assert (dataset.unreadable, alone.unreadable, alone.extra) == ({}, {}, None)
    # And the others lie beside it
    assert dataset.extra is not None
    assert list(dataset.extra.columns) == ["device", "visits"]
    np.testing.assert_array_equal(dataset.extra["visits"].to_numpy(), [7, np.nan])
    assert list(dataset.with_extra().columns) == [*alone.table.columns, "device", "visits"]
