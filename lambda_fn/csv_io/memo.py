"""Texts -> values by a table of those read before, for whole columns at once; each new text is read by itself.

A text is known by its length, its first and its last eight bytes. ``b"31.12.2026"`` has the head ``b"31.12.20"`` and
the tail ``b".12.2026"``; both as little-endian words are mixed into a slot of the table. Texts of more than sixteen
bytes are looked up in a dictionary.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lambda_fn.csv_io.cells import WORD_BYTES, Cells, first_bytes, last_bytes
from lambda_fn.csv_io.spelling import Parser

BAD: Final = np.inf  # of a text that has no value; no input takes it
_BITS: Final = 12
_SHIFT: Final = np.uint64(64 - _BITS)
_LONGEST: Final = 2 * WORD_BYTES
_REMEMBERED: Final = 1 << 16
_ODD, _GOLDEN = np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x9E3779B97F4A7C15)


class Memo:
    """A hash table of one text a slot in front of a dictionary."""

    def __init__(self, parse: Parser) -> None:
        self._parse = parse
        self._known: dict[bytes, float] = {}
        self._heads, self._tails = np.zeros((2, 1 << _BITS), np.uint64)
        self._lengths, self._values = np.full(1 << _BITS, -1, np.intp), np.zeros(1 << _BITS)

    def values(self, cells: Cells) -> NDArray[np.float64]:
        """Return the value of each text (one-dimensional), BAD where it has none."""
        lengths = cells.lengths
        heads, tails = cells.heads() & first_bytes(lengths), cells.tails() & last_bytes(lengths)
        slots = (((heads * _ODD) ^ tails) * _GOLDEN >> _SHIFT).astype(np.intp)
        values = self._values.take(slots)
        new = (self._lengths.take(slots) != lengths) | (lengths > _LONGEST)
        new |= (self._heads.take(slots) != heads) | (self._tails.take(slots) != tails)
        if new.any():
            values[new] = [self._value(text) for text in cells[new].texts()]
            new &= lengths <= _LONGEST
            at = slots[new]  # where texts share a slot, each of the four keeps the last one's
            self._heads[at], self._tails[at] = heads[new], tails[new]
            self._lengths[at], self._values[at] = lengths[new], values[new]
        return values

    def _value(self, text: bytes) -> float:
        value = self._known.get(text)
        if value is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            value = self._parse(text)
            self._known[text] = value = BAD if value is None else value
        return value
