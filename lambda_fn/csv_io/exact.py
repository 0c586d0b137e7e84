"""The rules of rows, one by one, in plain Python: slow, exact, and what the vectorised reader must agree with.

A field is either quoted as a whole, its quotes doubled, or holds no quote at all. A line with an odd number of quotes
begins or ends a row of several lines. Such a row is taken only as a whole: where it does not end, or has not as many
fields as the header, its first line alone is rejected and reading goes on with the next one, so that a stray quote
costs one line and not the rest of the file. Blank lines are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import zip_longest
from typing import Final, NamedTuple, Protocol

from lambda_fn.contract import MAX_LINE_BYTES
from lambda_fn.csv_io import reasons

_NONE: Final[tuple[bytes, ...]] = ()


class Row(NamedTuple):
    """A row: its first line, its text, its fields, and why it is none. ``lines``: how many it takes up."""

    line: int
    text: bytes
    fields: Sequence[bytes]
    fault: str | None
    lines: int = 1


class Lines(Protocol):
    """The lines of a text, without their newlines."""

    def __len__(self) -> int: ...

    def __getitem__(self, line: int, /) -> bytes: ...


class Found(NamedTuple):
    """What was read.

    ``rows``: in order.
    ``blank``: how many blank lines were passed over.
    ``open_from``: the first line of a row that may end in text still to come.
    """

    rows: list[Row]
    blank: int
    open_from: int | None


class ExactReader:
    """Reads rows one by one.

    ``columns``: how many fields a row has. ``named``: how many of them have a name; a row may leave out the rest.
    """

    def __init__(self, columns: int, delimiter: bytes, named: int | None = None, encoding: str = "utf-8") -> None:
        self._counts = {columns, columns if named is None else named}
        self._columns = columns if named is None else named
        self._encoding = encoding
        self._delimiter = delimiter

    def read(self, lines: Lines, wanted: Sequence[int], *, final: bool) -> Found:
        """Read the wanted lines, which rise, and with them those that an open quote takes in.

        Lines with an odd number of quotes must be wanted. ``final`` says that nothing follows the text.
        """
        faults = {line: fault for line in wanted if (fault := self._fault_of(lines[line]))}
        odd = [line for line in wanted if line not in faults and lines[line].count(b'"') % 2]
        following = dict(zip_longest(odd, odd[1:]))
        found: list[Row] = []
        blank, done = 0, -1
        for line in wanted:
            if line <= done:
                continue
            text = lines[line].removesuffix(b"\r")
            if line in following:
                last = following[line]
                if last is None and not final and _size(lines, line) <= MAX_LINE_BYTES:
                    return Found(found, blank, line)
                row = self._joined(lines, line, last, faults)
            elif text.strip(b" "):
                row = self._row(line, text, faults.get(line))
            else:
                blank += 1
                continue
            found.append(row)
            done = line + row.lines - 1
        return Found(found, blank, None)

    def _joined(self, lines: Lines, first: int, last: int | None, faults: Mapping[int, str]) -> Row:
        not_closed = Row(first, lines[first].removesuffix(b"\r"), _NONE, reasons.NOT_CLOSED)
        if last is None or any(line in faults for line in range(first, last + 1)):
            return not_closed
        text = b"\n".join([lines[i] for i in range(first, last + 1)]).removesuffix(b"\r")
        row = self._row(first, text, None)
        good = row.fault is None and len(text) <= MAX_LINE_BYTES
        return row._replace(lines=last - first + 1) if good else not_closed

    def _row(self, line: int, text: bytes, fault: str | None) -> Row:
        fields = None if fault else split_fields(text, self._delimiter)
        if fields is None:
            return Row(line, text, _NONE, fault or reasons.MALFORMED_QUOTES)
        if b"\r" in text and any(b"\r" in plain for plain in _unquoted(text, self._delimiter)):
            return Row(line, text, _NONE, reasons.STRAY_RETURN)
        if len(fields) not in self._counts:
            return Row(line, text, _NONE, reasons.wrong_count(len(fields), self._columns))
        return Row(line, text, fields, None)

    def _fault_of(self, line: bytes) -> str | None:
        try:
            line.decode()
        except UnicodeDecodeError:
            return reasons.not_text(self._encoding)
        return reasons.NUL_BYTE if b"\0" in line else None


@cache
def field_pattern(delimiter: bytes) -> re.Pattern[bytes]:
    """Return the pattern of one field and what follows it: groups quoted, plain, separator."""
    mark = re.escape(delimiter)
    return re.compile(rb'(?:"((?:[^"]++|"")*+)"|([^"\n%b]*+))(%b|\Z)' % (mark, mark))


def split_fields(row: bytes, delimiter: bytes) -> list[bytes] | None:
    """Return the fields of one row, unquoted; None where it is not RFC 4180.

    >>> split_fields(b'1,"a ""b"", c",', b",")
    [b'1', b'a "b", c', b'']
    """
    if b'"' not in row:
        return row.split(delimiter)
    fields = []
    place = 0
    pattern = field_pattern(delimiter)
    while match := pattern.match(row, place):
        quoted, plain, separator = match.groups()
        fields.append(plain if quoted is None else quoted.replace(b'""', b'"'))
        place = match.end()
        if not separator:
            return fields
    return None


def _unquoted(row: bytes, delimiter: bytes) -> Iterator[bytes]:
    place = 0
    pattern = field_pattern(delimiter)
    while match := pattern.match(row, place):
        yield match[2] or b""
        place = match.end()
        if not match[3]:
            return


def _size(lines: Lines, first: int) -> int:
    return sum(len(lines[line]) + 1 for line in range(first, len(lines)))
