"""Texts -> positions in a list of known categories, for whole columns at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lambda_fn.scoring.columns import MISSING, UNKNOWN, Codes
from lambda_fn.tabular.cells import WORD_BYTES, Cells, Places, Words, last_bytes

_SPARE: Final = 4  # table slots a category, so that a multiplier without collisions is found in a few trials
_GOLDEN: Final = 0x9E3779B97F4A7C15  # odd, with well mixed bits: products with it spread over the table
_ODD: Final = np.uint64(0xC2B2AE3D27D4EB4F)


class CategoryCodes:
    """A collision-free hash table of the known texts of up to 16 bytes; longer texts go through a dictionary."""

    def __init__(self, categories: Sequence[str]) -> None:
        known = {category.encode(): code for code, category in enumerate(categories)}
        self._long = {text: code for text, code in known.items() if len(text) > 2 * WORD_BYTES}
        short = {text: code for text, code in known.items() if 0 < len(text) <= 2 * WORD_BYTES}
        bits = max(_SPARE * len(short), 2).bit_length()
        self._shift = np.uint64(64 - bits)
        cells = Cells.of(list(short))
        heads, tails = _first_and_last(cells)
        self._multiplier = self._find_multiplier(heads, tails)
        places = self._places(heads, tails)
        self._heads, self._tails = np.zeros((2, 1 << bits), np.uint64)
        self._lengths = np.full(1 << bits, -1, np.intp)
        self._codes = np.full(1 << bits, UNKNOWN, np.int32)
        self._heads[places], self._tails[places] = heads, tails
        self._lengths[places], self._codes[places] = cells.lengths, list(short.values())

    def codes(self, cells: Cells) -> Codes:
        """Return each text's position, MISSING where it is empty, UNKNOWN where it is none of them."""
        lengths = cells.lengths
        heads, tails = _first_and_last(cells)
        places = self._places(heads, tails)
        same = (self._tails[places] == tails) & (self._heads[places] == heads) & (self._lengths[places] == lengths)
        codes: Codes = np.where(same, self._codes[places], np.int32(UNKNOWN))
        codes[lengths == 0] = MISSING
        long = lengths > 2 * WORD_BYTES
        if self._long and long.any():
            codes[long] = [self._long.get(text, UNKNOWN) for text in cells[long].texts()]
        return codes

    def _places(self, heads: Words, tails: Words) -> Places:
        return ((((heads * _ODD) ^ tails) * self._multiplier) >> self._shift).astype(np.intp)

    def _find_multiplier(self, heads: Words, tails: Words) -> np.uint64:
        multiplier = _GOLDEN
        while True:
            self._multiplier = np.uint64(multiplier)
            if len(np.unique(self._places(heads, tails))) == len(heads):
                return self._multiplier
            multiplier = (multiplier * _GOLDEN + 2) % 2**64


def _first_and_last(cells: Cells) -> tuple[Words, Words]:
    """Return the first and the last eight bytes; a text of up to eight bytes has only last ones."""
    lengths = cells.lengths
    heads = np.where(lengths > WORD_BYTES, cells.heads(), np.uint64(0))
    return heads, cells.tails() & last_bytes(lengths)
