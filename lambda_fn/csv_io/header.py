"""The header line: which columns a file has, and whether they are enough."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lambda_fn.contract import MAX_LINE_BYTES
from lambda_fn.csv_io.encoding import UTF8, UTF8_MARK, UTF16_MARKS, Encoding
from lambda_fn.csv_io.exact import split_fields

DELIMITERS: Final = (b",", b";", b"\t", b"|")
_NAMES_OF_DELIMITERS: Final = dict(zip(DELIMITERS, ("commas", "semicolons", "tabs", "bars"), strict=True))
_SHOWN_COLUMNS: Final = 10
_SHOWN_CHARACTERS: Final = 40
_ZEROS_OF_UTF16, _ZEROS_OF_UTF32 = 0.4, 0.6  # shares of NUL bytes in text that is mostly ASCII: 1/2, and 3/4
_LONGEST_MARK: Final = 16  # bytes; of what tells a format at its beginning
_QUOTED: Final = re.compile(rb'"[^"]*"')
# Spreadsheets write a first line such as sep=; and obey it. Saved again, it has quotes, or delimiters at its end.
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?\1*', re.IGNORECASE)
_ABOUT_SEPARATORS: Final = re.compile(r'"?sep=', re.IGNORECASE)
_SAVE: Final = "save it as CSV, encoded as UTF-8"
_UNPACK: Final = "unpack it, or pack it with gzip as .csv.gz"
_OTHER_FORMATS: Final = (
    (b"PK\x03\x04", f"is a zip archive or a spreadsheet: {_SAVE}"),
    (b"\xd0\xcf\x11\xe0", f"is a spreadsheet of an old format: {_SAVE}"),
    (b"PAR1", f"is a Parquet file: {_SAVE}"),
    (b"%PDF", f"is a PDF: {_SAVE}"),
    (b"SQLite format 3", f"is a database of SQLite: {_SAVE}"),
    (b"Obj\x01", f"is an Avro file: {_SAVE}"),
    (b"BZh", f"is packed with bzip2: {_UNPACK}"),
    (b"\xfd7zXZ\0", f"is packed with xz: {_UNPACK}"),
    (b"\x28\xb5\x2f\xfd", f"is packed with zstd: {_UNPACK}"),
    (b"7z\xbc\xaf", f"is packed with 7-Zip: {_UNPACK}"),
    (b"\xff\xfe\0\0", f"is encoded as UTF-32: {_SAVE}"),
    (b"\0\0\xfe\xff", f"is encoded as UTF-32: {_SAVE}"),
)
_JSON_BEGINS: Final = (b"{", b"[")
_MARKUP_BEGINS: Final = b"<"


class UnusableHeader(Exception):
    """A file whose rows cannot be read at all; the message says what to do."""


class LacksColumns(UnusableHeader):
    """A file that names some of the needed columns, and not all. ``columns``: those that it lacks."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(f"the file lacks the column{'s' * (len(columns) > 1)} {_listed(columns)}")
        self.columns = tuple(columns)


@dataclass(frozen=True)
class Header:
    """What the beginning of a file says.

    ``names``: of the columns; empty ones at the end have no name.
    ``delimiter``: the one given, unless a first line ``sep=;`` names another.
    ``encoding``: the one given; its byte order where a mark tells it.
    ``first_line``: where the first line after the header begins, in bytes.
    ``lines``: how many lines come before it.
    """

    names: tuple[str, ...]
    delimiter: bytes
    encoding: Encoding
    first_line: int
    lines: int


def read_header(line: bytes, needed: Iterable[str], delimiter: bytes = b",", encoding: str = UTF8) -> tuple[str, ...]:
    """Return the names of a file's columns from its first line.

    Raises UnusableHeader where the file is no text, or lacks a needed column or has it twice.
    """
    return find_header([line], needed, delimiter, encoding).names


def find_header(
    pieces: Iterable[bytes],
    needed: Iterable[str],
    delimiter: bytes = b",",
    encoding: str = UTF8,
    *,
    unpacked: bool = False,
) -> Header:
    """Read the header from the beginning of a file, in pieces. ``unpacked``: gzip was taken off.

    Raises UnusableHeader, saying what to do.
    """
    beginning = _Beginning(pieces)
    _refuse_other_formats(beginning.peek(), unpacked=unpacked)
    mark, found = _encoding_of(beginning.peek(), encoding)
    beginning.skip(mark)
    text, lines = _text_of(beginning.next_line(found), found), 1
    if separator := separator_of(text):
        delimiter = separator.encode()
        text, lines = _text_of(beginning.next_line(found), found), 2
    if not text.strip():
        raise UnusableHeader(f"line {lines} must name the columns, and is empty")
    fields = split_fields(text.encode(), delimiter)
    if fields is None:
        raise UnusableHeader(f"line {lines} must name the columns, and its quotes are malformed")
    names = tuple(field.decode().strip() for field in fields)
    _check_needed(names, tuple(needed), text, delimiter, lines)
    return Header(names, delimiter, found, beginning.place, lines)


def separator_of(line: str) -> str | None:
    """Return what a first line such as ``sep=;`` says of the delimiter; None where the line is another one.

    Raises UnusableHeader where it names no delimiter that can be read.

    >>> separator_of("sep=;"), separator_of("name;age")
    (';', None)
    """
    if not _ABOUT_SEPARATORS.match(line):
        return None
    found = _SEPARATOR_LINE.fullmatch(line)
    if found is None or found[1].encode() not in DELIMITERS:
        says = f"says that {found[1]!r} separates fields" if found else f"is {line[:_SHOWN_CHARACTERS]!r}"
        raise UnusableHeader(
            f"line 1 {says}: write a comma, a semicolon, a tab or a bar behind sep= and no more, or remove the line"
        )
    return found[1]


def check_names(names: Sequence[str]) -> None:
    """Raise UnusableHeader where a column has no name, or the name of another. Empty names at the end are passed over.

    >>> check_names(("age", "city", "age"))
    Traceback (most recent call last):
    lambda_fn.csv_io.header.UnusableHeader: the header names age more than once: give each column a name of its own
    """
    named = list(names)
    while named and not named[-1]:
        named.pop()
    if empty := [str(place) for place, name in enumerate(named, 1) if not name]:
        raise UnusableHeader(f"the header has no name for column {_listed(empty)}: name every column, or remove it")
    if repeated := [name for name, count in Counter(named).items() if count > 1]:
        raise UnusableHeader(f"the header names {_listed(repeated)} more than once: give each column a name of its own")


def _refuse_other_formats(head: bytes, *, unpacked: bool) -> None:
    for beginning, verdict in _OTHER_FORMATS:
        if head.startswith(beginning):
            raise UnusableHeader(f"the file {verdict}")
    if head.startswith(b"\x1f\x8b"):
        if unpacked:
            raise UnusableHeader("the file is packed with gzip twice: unpack it once")
        raise UnusableHeader("the file is compressed with gzip: give its name the ending .csv.gz")
    first = head.removeprefix(UTF8_MARK).lstrip()[:1]
    if first in _JSON_BEGINS:
        raise UnusableHeader(f"the file is JSON: {_SAVE}, its columns named on line 1")
    if first == _MARKUP_BEGINS:
        raise UnusableHeader(f"the file is XML or HTML, such as a page that asks for a password: {_SAVE}")


def _encoding_of(head: bytes, wanted: str) -> tuple[int, Encoding]:
    """Return the length of the byte order mark and the encoding; refuse a file that is not in the wanted one."""
    for mark, name in UTF16_MARKS.items():
        if head.startswith(mark):
            if not wanted.startswith("utf-16"):
                raise UnusableHeader(f"the file is encoded as UTF-16: {_save_as(wanted)}")
            return len(mark), Encoding(name)
    if wanted == "utf-16":
        raise UnusableHeader("the file should be UTF-16 with a byte order mark, and has none: save it with one")
    if head.startswith(UTF8_MARK):
        return len(UTF8_MARK), Encoding()
    return 0, Encoding(wanted)


class _Beginning:
    """The first bytes of a file, taken line by line. ``place``: how many are taken."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._source = iter(pieces)
        self._text = b""
        self.place = 0

    def peek(self) -> bytes:
        """Return the first bytes, without taking them."""
        while len(self._text) < _LONGEST_MARK and self._fetch():
            pass
        return self._text

    def skip(self, count: int) -> None:
        """Take some bytes."""
        self._text = self._text[count:]
        self.place += count

    def next_line(self, encoding: Encoding) -> bytes:
        """Take a line with its end; raise UnusableHeader where it is too long."""
        while (end := encoding.find(self._text, self.place)) < 0 and len(self._text) <= MAX_LINE_BYTES:
            if not self._fetch():
                end = len(self._text)
                break
        line = self._text[: end + encoding.unit] if end >= 0 else self._text
        _refuse_lone_returns(line, encoding)
        if len(line) > MAX_LINE_BYTES:
            raise UnusableHeader(f"line 1 must name the columns, and does not end within {MAX_LINE_BYTES} bytes")
        self.skip(len(line))
        return line

    def _fetch(self) -> bool:
        piece = next(self._source, None)
        self._text += piece or b""
        return piece is not None


def _refuse_lone_returns(line: bytes, encoding: Encoding) -> None:
    body = encoding.as_utf8(line).rstrip(b"\r\n")
    if b"\r" in body and body.count(b'"') % 2 == 0 and b"\r" in _QUOTED.sub(b"", body):
        raise UnusableHeader("the lines of the file end with CR alone: save it with LF or CRLF as the end of a line")


def _text_of(line: bytes, encoding: Encoding) -> str:
    body = encoding.as_utf8(line).rstrip(b"\r\n")
    if b"\0" in body:
        looks = _looks_wide(body)
        raise UnusableHeader(f"the file is not text in {encoding.name.upper()}{looks}: {_save_as(encoding.name)}")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        looks = _looks_like(body) if encoding.name == UTF8 else ""
        raise UnusableHeader(
            f"the file is not text in {encoding.name.upper()}{looks}: {_save_as(encoding.name)}"
        ) from error


def _looks_like(line: bytes) -> str:
    try:
        line.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return " (it seems to be Windows-1252, as spreadsheets write it)"


def _looks_wide(line: bytes) -> str:
    """Tell UTF-16 and UTF-32 without a byte order mark by the NUL bytes beside their ASCII characters."""
    zeros = line.count(b"\0") / len(line)
    if zeros < _ZEROS_OF_UTF16 or not line.replace(b"\0", b"").isascii():
        return ""
    name = "UTF-32" if zeros > _ZEROS_OF_UTF32 else "UTF-16"
    return f" (it seems to be {name} without a byte order mark)"


def _save_as(encoding: str) -> str:
    return f"save it as CSV, encoded as {encoding.upper()}"


def _check_needed(names: tuple[str, ...], needed: tuple[str, ...], line: str, delimiter: bytes, number: int) -> None:
    counts = Counter(names)
    if missing := [name for name in needed if not counts[name]]:
        _refuse_other_case(names, missing)
        if len(missing) == len(needed):
            others = [mark for mark in DELIMITERS if mark != delimiter and mark.decode() in line]
            found = repr(others[0].decode()) if others else ""
            wanted = _NAMES_OF_DELIMITERS[delimiter]
            hint = f" (its fields seem to be separated by {found}: use {wanted})" if found else ""
            raise UnusableHeader(f"line {number} must name the columns{hint}; it lacks {_listed(needed)}")
        raise LacksColumns(missing)
    if repeated := [name for name in needed if counts[name] > 1]:
        raise UnusableHeader(f"the header names {_listed(repeated)} more than once: give each column a name of its own")


def _refuse_other_case(names: tuple[str, ...], missing: list[str]) -> None:
    folded = {name.casefold(): name for name in names}
    if not all(name.casefold() in folded for name in missing):
        return
    pairs = _listed([f"{folded[name.casefold()]} is {name}" for name in missing])
    raise UnusableHeader(f"the columns are there in another case; write them as the model does: {pairs}")


def _listed(names: Iterable[str]) -> str:
    names = tuple(names)
    rest = f" and {len(names) - _SHOWN_COLUMNS} more" if len(names) > _SHOWN_COLUMNS else ""
    return ", ".join(names[:_SHOWN_COLUMNS]) + rest
