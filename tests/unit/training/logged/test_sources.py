"""Local files are read alike, in the order of their names."""

import gzip
from pathlib import Path

import pytest

from training.errors import DataRefused
from training.logged.sources import SourceFile, read_files


def test_a_folder_is_read_with_its_folders_by_name(tmp_path: Path) -> None:
    (tmp_path / "2026" / "11").mkdir(parents=True)
    (tmp_path / "2026" / "11" / "b").write_bytes(b"2")
    (tmp_path / "2026" / "10").write_bytes(b"1")
    assert [file.data for file in read_files(str(tmp_path))] == [b"1", b"2"]
    assert [file.data for file in read_files(str(tmp_path / "2026" / "10"))] == [b"1"]


@pytest.mark.parametrize("name", ["absent", "."])
def test_where_no_file_is_that_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataRefused, match=r"there is no file at|cannot be read"):
        list(read_files(str(tmp_path / name)))


def test_packed_files_are_unpacked_and_damage_is_named() -> None:
    packed = gzip.compress(b"text")
    assert (SourceFile("a", packed).text(), SourceFile("a", b"text").text()) == (b"text", b"text")
    with pytest.raises(DataRefused, match="a: the gzip is damaged"):
        SourceFile("a", packed[:-4]).text()
    turned = packed[:12] + bytes([packed[12] ^ 0xFF]) + packed[13:]
    with pytest.raises(DataRefused, match=r"a: the gzip is damaged \(.+\): pack or copy the file again"):
        SourceFile("a", turned).text()
