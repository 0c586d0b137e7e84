"""The header line: which columns a file has, and whether they are enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from lambda_fn.csv_io.lines import is_utf8
from lambda_fn.csv_io.quotes import split_fields

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SHOWN_COLUMNS: Final = 10
_OTHER_FORMATS: Final = (
    (b"\x1f\x8b", "is compressed with gzip: give its name the ending .csv.gz"),
    (b"PK\x03\x04", "is a zip archive or a spreadsheet: save it as CSV, encoded as UTF-8"),
    (b"PAR1", "is a Parquet file: save it as CSV, encoded as UTF-8"),
    (b"\xff\xfe", "is encoded as UTF-16: save it as CSV, encoded as UTF-8"),
    (b"\xfe\xff", "is encoded as UTF-16: save it as CSV, encoded as UTF-8"),
)


class UnusableHeader(Exception):
    """A file whose rows cannot be read at all; the message says what to do."""


def read_header(line: bytes, needed: Iterable[str]) -> tuple[str, ...]:
    """Return the names of a file's columns from its first line.

    Raises UnusableHeader where the file is no text, or lacks a needed column or has it twice.
    """
    for beginning, verdict in _OTHER_FORMATS:
        if line.startswith(beginning):
            raise UnusableHeader(f"the file {verdict}")
    line = line.removeprefix(BYTE_ORDER_MARK).rstrip(b"\r\n")
    if not line.strip():
        raise UnusableHeader("line 1 must name the columns, and is empty")
    if b"\0" in line or not is_utf8(line):
        raise UnusableHeader("the file is not text in UTF-8: save it as CSV, encoded as UTF-8")
    fields = split_fields(line)
    if fields is None:
        raise UnusableHeader("line 1 must name the columns, and its quotes are malformed")
    names = tuple(field.decode().strip() for field in fields)
    _check(names, tuple(needed), line)
    return names


def _check(names: tuple[str, ...], needed: tuple[str, ...], line: bytes) -> None:
    counts = Counter(names)
    if missing := [name for name in needed if not counts[name]]:
        if len(missing) == len(needed):
            found = [repr(separator.decode()) for separator in (b";", b"\t", b"|") if separator in line]
            hint = f" (its fields seem to be separated by {found[0]}: use commas)" if found else ""
            raise UnusableHeader(f"line 1 must name the columns{hint}; it lacks {_listed(needed)}")
        raise UnusableHeader(f"the file lacks the column{'s' * (len(missing) > 1)} {_listed(missing)}")
    if repeated := [name for name in needed if counts[name] > 1]:
        raise UnusableHeader(f"the header names {_listed(repeated)} more than once")


def _listed(names: Iterable[str]) -> str:
    names = tuple(names)
    rest = f" and {len(names) - _SHOWN_COLUMNS} more" if len(names) > _SHOWN_COLUMNS else ""
    return ", ".join(names[:_SHOWN_COLUMNS]) + rest
