"""Rejected rows -> CSV bytes, in two steps.

A worker knows a row's line only from the start of its chunk. So it frames each row's text with that number, and
whoever joins the chunks, and knows how many lines came before, writes the line number of the whole file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Final

from lambda_fn.csv_io.text import cell
from lambda_fn.tables.judge import Rejected
from lambda_fn.tables.reader import FIRST_LINE

REJECTED_COLUMNS: Final = ("line", "reason", "text")
REJECTED_HEADER: Final = ",".join(REJECTED_COLUMNS).encode() + b"\n"

_FRAME: Final = struct.Struct("<QI")  # line from the start of the chunk, bytes of text


def frame(rejected: Iterable[Rejected]) -> bytes:
    """Return framed rows: everything of their lines in the rejected file but the line number."""
    return b"".join(
        piece
        for line, reason, text in rejected
        for body in [b",%b,%b\n" % (cell(reason.encode()), cell(printable(text)))]
        for piece in (_FRAME.pack(line, len(body)), body)
    )


def unframe(pieces: Iterable[bytes], lines_before: int) -> Iterator[bytes]:
    """Yield the rejected file's lines, a batch a piece. ``lines_before`` are the file's lines before the chunk."""
    rest = b""
    for piece in pieces:
        data = rest + piece
        place = 0
        written = []
        while place + _FRAME.size <= len(data):
            line, length = _FRAME.unpack_from(data, place)
            following = place + _FRAME.size + length
            if following > len(data):
                break
            written.append(b"%d%b" % (FIRST_LINE + lines_before + line, data[place + _FRAME.size : following]))
            place = following
        rest = data[place:]
        yield b"".join(written)
    if rest:
        raise ValueError("a part of rejected rows is cut off")


def printable(text: bytes) -> bytes:
    r"""Return the text as UTF-8; what is not, and NUL bytes, are written as ``\x..``."""
    return text.replace(b"\0", rb"\x00").decode(errors="backslashreplace").encode()
