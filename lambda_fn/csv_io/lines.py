"""Physical lines of a text, and what is wrong with their bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lambda_fn.csv_io.cells import PADDING, Places
from lambda_fn.csv_io.reasons import NOT_UTF8, NUL_BYTE

NEWLINE, CARRIAGE_RETURN, COMMA, QUOTE, NUL = (ord(character) for character in '\n\r,"\0')


class Lines:
    """The lines of a text whose last byte is a newline.

    Line i is ``buffer[starts[i]:ends[i]]``, without its line end (LF or CRLF); ``newlines`` are the places of the LF.
    """

    def __init__(self, text: bytes) -> None:
        self.buffer = b"".join((PADDING, text, PADDING))
        self.bytes: NDArray[np.uint8] = np.frombuffer(self.buffer, np.uint8)
        self.is_newline: NDArray[np.bool_] = self.bytes == NEWLINE
        self.newlines: Places = np.flatnonzero(self.is_newline)
        self.starts: Places = np.concatenate(([len(PADDING)], self.newlines + 1))[:-1]
        self.ends: Places = self.newlines - (self.bytes[self.newlines - 1] == CARRIAGE_RETURN)

    def __len__(self) -> int:
        return len(self.newlines)

    def text(self, first: int, last: int | None = None) -> bytes:
        """Return the text from one line to another, without the last one's line end."""
        return self.buffer[self.starts[first] : self.ends[first if last is None else last]]

    def before(self, line: int) -> bytes:
        """Return the text before a line."""
        return self.buffer[len(PADDING) : self.starts[line]]

    def since(self, line: int) -> bytes:
        """Return the text from a line to the end."""
        return self.buffer[self.starts[line] : -len(PADDING)]

    def has(self, byte: int) -> bool:
        """Say whether the text holds a byte (padding does not count)."""
        return self.buffer.find(byte, len(PADDING), len(self.buffer) - len(PADDING)) >= 0

    def at(self, places: Places) -> Places:
        """Return the numbers of the lines that hold places of the buffer."""
        return np.searchsorted(self.newlines, places)

    def faults(self) -> dict[int, str]:
        """Return the lines that hold NUL bytes or are not UTF-8."""
        faults: dict[int, str] = {}
        if self.has(NUL):
            places = np.flatnonzero(self.bytes == NUL)[len(PADDING) : -len(PADDING)]
            faults.update(dict.fromkeys(np.unique(self.at(places)).tolist(), NUL_BYTE))
        if not self.buffer.isascii() and not is_utf8(self.buffer):
            suspects = np.unique(self.at(np.flatnonzero(self.bytes > 0x7F))).tolist()
            faults.update({line: NOT_UTF8 for line in suspects if not is_utf8(self.text(line))})
        return faults


def is_utf8(text: bytes) -> bool:
    """Say whether bytes are UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
