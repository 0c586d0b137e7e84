"""Quoted fields (RFC 4180), told apart at the speed of whole arrays where they are plain, row by row where not.

A field is either quoted as a whole, its quotes doubled, or holds no quote at all. A line with an odd number of quotes
begins or ends a row of several lines. Such a row is taken only as a whole: where it does not end, or has not as many
columns as the header, its first line alone is rejected and reading goes on with the next one, so that a stray quote
costs one line and not the rest of the file.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lambda_fn.contract import MAX_LINE_BYTES
from lambda_fn.csv_io.cells import Places
from lambda_fn.csv_io.lines import CARRIAGE_RETURN, COMMA, NEWLINE, QUOTE, Lines
from lambda_fn.csv_io.reasons import MALFORMED_QUOTES, NOT_CLOSED, wrong_count

_FIELD: Final = re.compile(rb'(?:"((?:[^"]++|"")*+)"|([^",\r\n]*+))(,|\Z)')


def split_fields(row: bytes) -> list[bytes] | None:
    """Return the fields of one row, unquoted; None where it is not RFC 4180."""
    fields = []
    place = 0
    while True:
        match = _FIELD.match(row, place)
        if match is None:
            return None
        quoted, plain, separator = match.groups()
        fields.append(plain if quoted is None else quoted.replace(b'""', b'"'))
        place = match.end()
        if not separator:
            return fields


@dataclass
class Quoted:
    """What quotes mean for the lines of a text.

    ``inside``: one a byte: whether it stands between quotes, in the lines that are not named below; None: nowhere;
    ``rows``: rows read one by one: first line -> fields; ``last``: the last line of those that have several;
    ``joined``: lines that continue such a row; ``faults``: lines to reject;
    ``open_from``: the first line of a row that may end in text still to come.
    """

    inside: NDArray[np.bool_] | None
    rows: dict[int, list[bytes]] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)
    joined: set[int] = field(default_factory=set)
    faults: dict[int, str] = field(default_factory=dict)
    open_from: int | None = None

    @classmethod
    def nowhere(cls) -> Quoted:
        """Return what there is to say of a text without quotes."""
        return cls(inside=None)


def read_quotes(lines: Lines, columns: int, faults: Container[int], *, final: bool) -> Quoted:
    """Find quoted fields. ``final`` says that no text follows, so that a row still open stays open.

    ``faults`` are lines that are to be rejected whatever their quotes say.
    """
    quotes = np.flatnonzero(lines.bytes == QUOTE)
    on_line = lines.at(quotes)
    odd = np.bincount(on_line, minlength=len(lines)) % 2 == 1
    paired = quotes[~odd[on_line]]
    marks = np.zeros(len(lines.bytes), np.uint8)
    marks[paired] = 1
    found = Quoted(inside=np.bitwise_xor.accumulate(marks).astype(bool))
    uneven = [line for line in np.flatnonzero(odd).tolist() if line not in faults]
    _join_lines(found, lines, uneven, columns, faults, final=final)
    for line in np.unique(lines.at(_out_of_place(lines, paired))).tolist():
        if line not in found.joined and line not in faults:
            _read_row(found, lines, line, columns)
    return found


def _out_of_place(lines: Lines, paired: Places) -> Places:
    """Return quotes that do not stand at the edge of a field: doubled ones, or malformed."""
    opening, closing = paired[::2], paired[1::2]
    before, after = lines.bytes[opening - 1], lines.bytes[closing + 1]
    stray_opening = opening[(before != COMMA) & (opening != lines.starts[lines.at(opening)])]
    stray_closing = closing[~np.isin(after, (COMMA, CARRIAGE_RETURN, NEWLINE))]
    return np.concatenate((stray_opening, stray_closing))


def _read_row(found: Quoted, lines: Lines, line: int, columns: int) -> None:
    fields = split_fields(lines.text(line))
    if fields is None:
        found.faults[line] = MALFORMED_QUOTES
    elif len(fields) != columns:
        found.faults[line] = wrong_count(len(fields), columns)
    else:
        found.rows[line] = fields


def _join_lines(
    found: Quoted, lines: Lines, uneven: list[int], columns: int, faults: Container[int], *, final: bool
) -> None:
    """Join each line with an odd number of quotes to the next such line, where that makes a row."""
    for first, last in zip_longest(uneven, uneven[1:]):
        if first in found.joined:
            continue
        if last is None and not final and len(lines.since(first)) <= MAX_LINE_BYTES:
            found.open_from = first
            return
        fields = None if last is None else _fields_of(lines, first, last, faults)
        if last is None or fields is None or len(fields) != columns:
            found.faults[first] = NOT_CLOSED
        else:
            found.rows[first], found.last[first] = fields, last
            found.joined.update(range(first + 1, last + 1))


def _fields_of(lines: Lines, first: int, last: int, faults: Container[int]) -> list[bytes] | None:
    row = lines.text(first, last)
    if len(row) > MAX_LINE_BYTES or any(line in faults for line in range(first, last + 1)):
        return None
    return split_fields(row)
