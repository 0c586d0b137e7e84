"""A spread sample of a table's texts."""

import gzip
from pathlib import Path

import pytest

from training.drafting.text_table import read_texts
from training.errors import DataRefused


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_cells_are_texts_without_the_blanks_around_them(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", b'sep=;\r\n"Your name"; b ;;\r\n"a;""b"""; 01 ;;\r\n\r\nx;;;\r\n')
    table = read_texts(path, delimiter=";", encoding="utf-8")

    assert table.columns.to_dict("list") == {"Your name": ['a;"b"', "x"], "b": ["01", ""]}
    assert (table.rows, table.step, table.misfits) == (2, 1, 0)


def test_rows_of_another_width_are_counted_and_left_out(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", b"a,b\n1,2\n4,802,3\n5\n6,7,\n")
    table = read_texts(path, delimiter=",", encoding="utf-8")

    assert table.columns["a"].tolist() == ["1", "6"]
    assert (table.rows, table.misfits) == (2, 2)


def test_a_large_table_is_thinned_out_evenly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.drafting.text_table._CELLS_AT_ONCE", 7)
    content = b"n\n" + b"".join(b"%d\n" % n for n in range(1, 1001))
    seen: list[int] = []
    table = read_texts(
        written(tmp_path / "a.csv", content), delimiter=",", encoding="utf-8", most_rows=100, progress=seen.append
    )

    assert table.columns["n"].astype(int).tolist() == list(range(1, 1001, table.step))
    assert 50 <= len(table.columns) <= 100
    assert table.rows == 1000
    assert seen == sorted(seen)


def test_of_many_columns_fewer_rows_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.drafting.text_table.MOST_CELLS", 40)
    content = b"a,b,c,d\n" + b"1,2,3,4\n" * 99
    table = read_texts(written(tmp_path / "a.csv", content), delimiter=",", encoding="utf-8")
    assert (table.rows, table.step, len(table.columns)) == (99, 11, 9)


def test_a_line_break_may_be_a_carriage_return(tmp_path: Path) -> None:
    content = b"n\r" + b"".join(b"%d\r" % n for n in range(1, 101))
    table = read_texts(written(tmp_path / "a.csv", content), delimiter=",", encoding="utf-8", most_rows=10)
    assert table.columns["n"].astype(int).tolist() == list(range(1, 101, table.step))
    assert 5 <= len(table.columns) <= 10


def test_a_packed_file_and_another_encoding_are_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv.gz", gzip.compress("stadt\nKöln\n".encode("cp1252")))
    assert read_texts(path, delimiter=",", encoding="cp1252").columns["stadt"].tolist() == ["Köln"]


def test_an_empty_first_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="the first line must name the columns, and is empty"):
        read_texts(written(tmp_path / "a.csv", b",,\n1,2,3\n"), delimiter=",", encoding="utf-8")
