"""The lines that a chunk of a file owns, cut out of a stream of its bytes, block by block.

A chunk ``[start, end)`` owns the lines whose first byte lies in it. So every line has one owner, wherever the cuts
fall, and a worker needs no more than the byte before its chunk and, behind it, the rest of its last line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lambda_fn.contract import MAX_LINE_BYTES
from lambda_fn.csv_io.encoding import Encoding

SHOWN_BYTES: Final = 1000  # of a line that is too long
_UTF8: Final = Encoding()


@dataclass(frozen=True)
class TooLong:
    """A line of more than MAX_LINE_BYTES: its first SHOWN_BYTES."""

    beginning: bytes


def reading_range(first_line: int, start: int, end: int, encoding: Encoding = _UTF8) -> tuple[int, int]:
    """Return the bytes to read for a chunk; ``first_line`` is where the file's first line (after the header) begins.

    The byte before the chunk tells whether a line begins with the chunk. One byte more than a line may have decides
    whether the last line is too long.
    """
    return (start if start <= first_line else start - encoding.unit), end + MAX_LINE_BYTES


class OwnedLines:
    """Iterates over blocks of whole lines as UTF-8, each line with its end, and over lines that are too long.

    ``pieces`` are the bytes of ``reading_range``, ``offset`` is where they begin; none has more than MAX_LINE_BYTES.
    Afterwards ``owned`` is the range of bytes that the lines took up, None where there was no line, and ``cut_off``
    says that the last line is too long to be followed to its end.
    """

    def __init__(
        self, pieces: Iterable[bytes], *, offset: int, start: int, end: int, encoding: Encoding = _UTF8
    ) -> None:
        self._pieces = iter(pieces)
        self._start, self._end = start, end
        self._encoding = encoding
        self._text = b""
        self._place = offset  # where _text begins in the file
        self.owned: tuple[int, int] | None = None
        self.cut_off = False

    def __iter__(self) -> Iterator[bytes | TooLong]:
        """Yield the blocks in order."""
        for block in self._blocks():
            if isinstance(block, TooLong):
                yield TooLong(self._encoding.as_utf8(block.beginning))
            else:
                yield self._encoding.as_utf8(block)

    def _blocks(self) -> Iterator[bytes | TooLong]:
        if self._place < self._start and not self._pass_line():
            return
        first = self._place
        while self._place < self._end:
            block = self._next()
            if block is None:
                return
            self.owned = (first, self._place)
            yield block

    def _next(self) -> bytes | TooLong | None:
        """Take the next block; None at the end of the file."""
        while True:
            newline = self._find_newline()
            if newline > MAX_LINE_BYTES or (newline < 0 and len(self._text) > MAX_LINE_BYTES):
                beginning = self._text[:SHOWN_BYTES]
                self.cut_off = not self._pass_line()
                return TooLong(beginning)
            if newline >= 0:
                return self._take(self._last_newline() + self._encoding.unit)
            if not self._fetch():
                return self._take(len(self._text)) + self._encoding.newline if self._text else None

    def _find_newline(self, start: int = 0) -> int:
        return self._encoding.find(self._text, self._place, start)

    def _last_newline(self) -> int:
        """Return the place in the text of the last newline up to the end of the chunk's last line."""
        last_byte = max(self._end - self._encoding.unit - self._place, 0)
        newline = self._find_newline(last_byte) if last_byte < len(self._text) else -1
        return newline if newline >= 0 else self._encoding.rfind(self._text, self._place)

    def _pass_line(self) -> bool:
        """Go behind the next newline; say whether there was one."""
        while (newline := self._find_newline()) < 0:
            self._take(max(len(self._text) - (self._encoding.unit - 1), 0))  # half a unit may be there
            if not self._fetch():
                self._take(len(self._text))
                return False
        self._take(newline + self._encoding.unit)
        return True

    def _take(self, count: int) -> bytes:
        taken, self._text = self._text[:count], self._text[count:]
        self._place += count
        return taken

    def _fetch(self) -> bool:
        piece = next(self._pieces, None)
        self._text += piece or b""
        return piece is not None
