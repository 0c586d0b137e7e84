"""The header: what makes a file unusable, and what to do about it."""

import pytest

from lambda_fn.csv_io.header import UnusableHeader, read_header

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
