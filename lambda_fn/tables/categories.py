"""Texts -> positions in lists of known categories, for several columns at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from lambda_fn.csv_io.cells import WORD_BYTES, Cells, Places, Words, last_bytes
from lambda_fn.scoring.arrays import Codes
from lambda_fn.scoring.columns import MISSING, UNKNOWN

_LOOKED_UP: Final = 3 * WORD_BYTES  # texts of up to so many bytes are known by their first sixteen and last eight
_GOLDEN: Final = 0x9E3779B97F4A7C15  # odd, with well mixed bits: products with it spread over the slots
_ODD: Final = np.uint64(0xC2B2AE3D27D4EB4F)


class CategoryTables:
    """A hash table without collisions for each column; texts of more than 24 bytes go through a dictionary.

    ``columns``: each column's categories, in order; ``missing``: texts that stand for nothing, beside the empty one.
    A text of up to eight bytes is its last word alone: ``b"Mobile"`` is the number 0x656C69626F4D0000. Longer ones add
    their first eight bytes, and their second eight.
    """

    def __init__(self, columns: Sequence[Sequence[str]], missing: Collection[bytes] = ()) -> None:
        self._known = [
            {category.encode(): code for code, category in enumerate(column)} | dict.fromkeys((b"", *missing), MISSING)
            for column in columns
        ]
        # More than n^2 / 2 slots for n texts: more than one multiplier in three makes no collision (birthday problem).
        self._bits = max((len(known) ** 2 // 4 for known in self._known), default=1).bit_length() + 1
        self._shift = np.uint64(64 - self._bits)
        slots = len(columns) << self._bits
        self._first_slots = (np.arange(len(columns)) << self._bits)[:, None]
        self._multipliers = np.full((len(columns), 1), _GOLDEN, np.uint64)
        self._words = np.zeros((3, slots), np.uint64)
        self._lengths = np.full(slots, -1, np.intp)
        self._codes = np.full(slots, UNKNOWN, np.int32)
        for column, known in enumerate(self._known):
            self._fill(column, {text: code for text, code in known.items() if len(text) <= _LOOKED_UP})

    def codes(self, cells: Cells) -> Codes:
        """Return each text's position, MISSING where it is empty, UNKNOWN where it is none; shape (columns, rows)."""
        lengths = cells.lengths
        words = _words(cells)
        slots = self._slots(words, self._multipliers) + self._first_slots
        same = self._lengths.take(slots) == lengths
        for known, given in zip(self._words, words, strict=True):
            same &= known.take(slots) == given
        codes: Codes = np.where(same, self._codes.take(slots), np.int32(UNKNOWN))
        for column in np.flatnonzero((lengths > _LOOKED_UP).any(axis=1)).tolist():
            long = lengths[column] > _LOOKED_UP
            codes[column, long] = [self._known[column].get(text, UNKNOWN) for text in cells[column][long].texts()]
        return codes

    def _fill(self, column: int, known: dict[bytes, int]) -> None:
        texts = Cells.of(list(known))
        cells = Cells(texts.buffer, texts.starts[None, :], texts.ends[None, :])
        words = _words(cells)
        multiplier = _GOLDEN
        # A set, as numpy's `unique` imports all of numpy's masked arrays first.
        while len(set((slots := self._slots(words, np.uint64(multiplier))[0]).tolist())) < len(known):
            multiplier = (multiplier * _GOLDEN + 2) % 2**64
        self._multipliers[column] = multiplier
        slots += column << self._bits
        self._words[:, slots], self._lengths[slots] = np.concatenate(words), cells.lengths[0]
        self._codes[slots] = list(known.values())

    def _slots(self, words: Sequence[Words], multipliers: Words | np.uint64) -> Places:
        first, second, last = words
        mixed: Words = ((((first * _ODD) ^ second) * _ODD) ^ last) * multipliers
        return (mixed >> self._shift).astype(np.intp)


def _words(cells: Cells) -> tuple[Words, Words, Words]:
    """Return the first, second and last eight bytes; the first two are 0 where the last reach back that far."""
    lengths = cells.lengths
    widest = lengths.max(axis=1, initial=0)
    first, second = np.zeros((2, *lengths.shape), np.uint64)
    for words, skip in ((first, 0), (second, WORD_BYTES)):
        wide = widest > skip + WORD_BYTES
        if wide.any():
            words[wide] = cells[wide].heads(skip) * (lengths[wide] > skip + WORD_BYTES)
    return first, second, cells.tails() & last_bytes(lengths)
