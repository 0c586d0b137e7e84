"""The header: what makes a file unusable, and what to do about it."""

import pytest

from lambda_fn.contract import MAX_LINE_BYTES
from lambda_fn.csv_io.header import UnusableHeader, check_names, find_header, read_header

NEEDED = ("user_id", "age", "country")


@pytest.mark.parametrize(
    "line",
    [
        b"user_id,age,country\n",
        b"\xef\xbb\xbfuser_id,age,country\r\n",
        b'"user_id","age","country"',
        b"country,extra,extra, age ,user_id\n",
    ],
)
def test_a_header_that_names_what_is_needed_is_good(line: bytes) -> None:
    assert set(NEEDED) <= set(read_header(line, NEEDED))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"user_id,age\n", "lacks the column country"),
        (b"user_id\n", "lacks the columns age, country"),
        (b"1,42,USA\n", "line 1 must name the columns; it lacks user_id, age, country"),
        (b"user_id;age;country\n", "separated by ';': use commas"),
        (b"user_id\tage\tcountry\n", r"separated by '\\t': use commas"),
        (b"user_id,age,country,age\n", "names age more than once"),
        (b'user_id,"age,country\n', "quotes are malformed"),
        (b"user_id,age\0,country\n", "not text in UTF-8"),
        (b"user_id,\xe9ge,country\n", "not text in UTF-8"),
        (b"\x1f\x8b\x08\x00", "gzip: give its name the ending .csv.gz"),
        (b"PK\x03\x04", "spreadsheet: save it as CSV"),
        (b"\xff\xfeu\0s\0", "UTF-16: save it as CSV"),
        (b"\n", "line 1 must name the columns"),
    ],
)
def test_a_header_that_cannot_be_used_says_what_to_do(line: bytes, message: str) -> None:
    with pytest.raises(UnusableHeader, match=message):
        read_header(line, NEEDED)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"User_Id,AGE,country\n", "in another case; write them as the model does: User_Id is user_id, AGE is age"),
        (b"user_id,age,country\r1,2,USA\r", "end with CR alone: save it with LF or CRLF"),
        (b"\xff\xfe\0\0u\0\0\0", "UTF-32: save it as CSV"),
        (b"\0\0\xfe\xff\0\0\0u", "UTF-32: save it as CSV"),
        (b'[{"user_id": 1}]', "is JSON: save it as CSV"),
        (b'\xef\xbb\xbf {"user_id": 1}', "is JSON: save it as CSV"),
        (
            b"user_id,\xe9ge,country\n",
            "seems to be Windows-1252, as spreadsheets write it.: save it as CSV, encoded as UTF-8",
        ),
        (b'<?xml version="1.0"?>', "is XML or HTML, such as a page that asks for a password: save it as CSV"),
        (b"%PDF-1.7", "is a PDF: save it as CSV"),
        (b"\x28\xb5\x2f\xfd", "packed with zstd: unpack it, or pack it with gzip"),
        ("user_id,age,country\n".encode("utf-16-le"), "seems to be UTF-16 without a byte order mark"),
        ("user_id,age,country\n".encode("utf-32-be"), "seems to be UTF-32 without a byte order mark"),
        (b"sep=:\nuser_id:age:country\n", "line 1 says that ':' separates fields: write a comma"),
        (b"sep=\nuser_id,age,country\n", "line 1 is 'sep=': write a comma"),
        (b'"sep=;",,\nuser_id,age,country\n', "line 1 is '\"sep=;\",,': write a comma"),
        (b"sep=;\nuser_id,age,country\n", "line 2 must name the columns .its fields seem to be separated by ','"),
        (b"sep=;\n\n", "line 2 must name the columns, and is empty"),
        (b"x" * (MAX_LINE_BYTES + 1), "does not end within"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(line: bytes, message: str) -> None:
    with pytest.raises(UnusableHeader, match=message):
        find_header([line], NEEDED)


def test_gzip_in_gzip_is_told_from_gzip() -> None:
    with pytest.raises(UnusableHeader, match="packed with gzip twice"):
        find_header([b"\x1f\x8b\x08\x00"], NEEDED, unpacked=True)


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    ("data", "delimiter", "encoding", "expected"),
    [
        (b"user_id,age,country\nrest", b",", "utf-8", (b",", "utf-8", 20, 1)),
        (b"\xef\xbb\xbfsep=;\r\nuser_id;age;country\r\nrest", b",", "utf-8", (b";", "utf-8", 31, 2)),
        (b'"sep=;"\nuser_id;age;country\nrest', b",", "utf-8", (b";", "utf-8", 28, 2)),
        (b"sep=;;;\nuser_id;age;country\nrest", b",", "utf-8", (b";", "utf-8", 28, 2)),
        ("\ufeffuser_id\tage\tcountry\nrest".encode("utf-16-be"), b"\t", "utf-16", (b"\t", "utf-16-be", 42, 1)),
        (b"user_id|age|country|\xe9\nrest", b"|", "cp1252", (b"|", "cp1252", 22, 1)),
    ],
)
def test_the_beginning_of_a_file_says_where_its_rows_begin(
    size: int, data: bytes, delimiter: bytes, encoding: str, expected: tuple[bytes, str, int, int]
) -> None:
    pieces = (data[place : place + size] for place in range(0, len(data), size))

    header = find_header(pieces, NEEDED, delimiter, encoding)

    assert header.names[:3] == NEEDED
    assert (header.delimiter, header.encoding.name, header.first_line, header.lines) == expected


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("a", "", "b"), "no name for column 2: name every column"),
        (("a", "b", "a", "b"), "names a, b more than once"),
    ],
)
def test_every_column_needs_a_name_of_its_own(names: tuple[str, ...], message: str) -> None:
    check_names(("a", "b", "", ""))
    with pytest.raises(UnusableHeader, match=message):
        check_names(names)
