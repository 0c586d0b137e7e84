"""What a file's bytes say of its encoding and its delimiter, and a spread sample of its rows."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from typing import Final, NamedTuple

from lambda_fn.csv_io.encoding import UTF8, UTF16_MARKS
from lambda_fn.csv_io.header import DELIMITERS, separator_of

SAMPLE_BYTES: Final = 8 * 1024 * 1024
_BLOCKS: Final = 32  # of a large file's sample, evenly spread
_TRIED_ROWS: Final = 1000
_SURE_SHARE: Final = 0.9
_UNUSED_IN_CP1252: Final = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
_LINE_BREAKS: Final = {ord("\0"): None}


class Guess(NamedTuple):
    """What was found, why, and whether it could hardly be otherwise."""

    value: str
    reason: str
    sure: bool


def guess_encoding(data: bytes) -> Guess:
    """Return the encoding of a file: of its mark, else UTF-8 where it is valid, else a Western one-byte code."""
    for mark in UTF16_MARKS:
        if data.startswith(mark):
            return Guess("utf-16", "a UTF-16 byte order mark", True)
    if data.startswith(codecs.BOM_UTF8):
        return Guess(UTF8, "a UTF-8 byte order mark", True)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if error.end >= len(data) and error.reason == "unexpected end of data":
            return Guess(UTF8, "valid UTF-8 up to a cut at the end", True)
    else:
        return Guess(UTF8, "plain ASCII" if data.isascii() else "valid UTF-8", True)
    if data.translate(None, _UNUSED_IN_CP1252) == data:
        return Guess("cp1252", "no UTF-8, and every byte is a character of Windows-1252", False)
    return Guess("latin-1", "neither UTF-8 nor Windows-1252", False)


def guess_delimiter(text: str) -> Guess:
    r"""Return what separates fields: what ``sep=`` says, else what gives most rows as many fields as the header.

    >>> guess_delimiter("name;price\nA;1,5\nB;2,5\n").value
    ';'
    """
    first = text.split("\n", 1)[0].rstrip("\r")
    marks = [mark.decode() for mark in DELIMITERS]
    if separator := separator_of(first):
        return Guess(separator, f"line 1 is {first!r}", True)
    tried = {mark: _fit(text, mark) for mark in marks}
    best = max(marks, key=lambda mark: tried[mark])  # the first of equals
    share, columns = tried[best]
    if columns < 2:
        return Guess(",", "no delimiter in the header: one column", False)
    return Guess(best, f"{columns} fields in the header, and in {share:.0%} of the first rows", share > _SURE_SHARE)


def sample_rows(text: str, delimiter: str) -> tuple[list[str], list[list[str]]]:
    """Return the header's names and the rows of a text that have as many fields. Blank lines are passed over."""
    lines = io.StringIO(text, newline="")
    if separator_of(text.split("\n", 1)[0].rstrip("\r")):
        lines.readline()
    rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    if not rows:
        return [], []
    header = [name.strip() for name in rows[0]]
    return header, [row for row in rows[1:] if len(row) == len(header)]


def sample_text(data: bytes, encoding: str) -> str:
    """Return a file's text, of a large one its beginning and blocks of whole lines, evenly spread."""
    if len(data) > SAMPLE_BYTES and not encoding.startswith("utf-16"):
        data = b"".join(_spread(data))
    text = data.decode("utf-8-sig" if encoding == UTF8 else encoding, errors="replace")
    return text.translate(_LINE_BREAKS) if "\0" in text else text


def _spread(data: bytes) -> Sequence[bytes]:
    size = SAMPLE_BYTES // _BLOCKS
    blocks = []
    for number in range(_BLOCKS):
        place = number * (len(data) - size) // (_BLOCKS - 1)
        start = data.find(b"\n", place) + 1 if number else 0
        blocks.append(data[start : data.rfind(b"\n", start, place + size) + 1])
    return blocks


def _fit(text: str, mark: str) -> tuple[float, int]:
    """Return the share of the first rows with as many fields as the header (0 where that is one), and how many."""
    rows = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
        if row:
            rows.append(row)
        if len(rows) > _TRIED_ROWS:
            break
    columns = len(rows[0]) if rows else 0
    if columns < 2:
        return 0.0, columns
    alike = sum(len(row) == columns for row in rows[1:])
    return (round(alike / (len(rows) - 1), 2) if len(rows) > 1 else 1.0), columns
