"""Decimal texts -> float64, for whole columns at once.

The rule, whatever else the file holds: an optional sign, digits with an optional point, an optional exponent; spaces
around it are ignored; nothing at all is a missing value. Anything else (``NaN``, ``1,5``, ``0x1``) is not a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lambda_fn.csv_io.cells import WORD_BYTES, Cells, Places, Words, last_bytes

Values = NDArray[np.float64]
Bools = NDArray[np.bool_]

_NUMBER: Final = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_POWERS_OF_TEN: Final = 10.0 ** np.arange(WORD_BYTES)
_NARROW: Final = 3  # bytes; columns of no longer texts are read digit by digit, in lanes of one byte
_ZERO: Final = np.uint8(ord("0"))

_ZEROS: Final = np.uint64(0x3030303030303030)  # "00000000"
_POINTS: Final = np.uint64(0x2E2E2E2E2E2E2E2E)  # "........"
_HIGH_BITS: Final = np.uint64(0x8080808080808080)
_LOW_BITS: Final = np.uint64(0x0101010101010101)
_ABOVE_NINE: Final = np.uint64(0x7676767676767676)  # added to a byte from 10 to 127, it sets the high bit
_EVERY_FOURTH: Final = np.uint64(0x000000FF000000FF)
_FIRST_AND_THIRD: Final = np.uint64(100 + (1_000_000 << 32))
_SECOND_AND_FOURTH: Final = np.uint64(1 + (10_000 << 32))
_ONE, _THREE, _TEN, _BYTE, _TWO_BYTES, _FOUR_BYTES = (np.uint64(n) for n in (1, 3, 10, 8, 16, 32))


def parse_numbers(cells: Cells) -> tuple[Values, Bools]:
    """Return the values (NaN where missing or not a number), and where the text is not a number.

    ``cells`` and both answers: shape (columns, rows).
    """
    lengths = cells.lengths
    values, strange = _parse_narrow(cells, lengths)
    wide = lengths.max(axis=1, initial=0) > _NARROW
    if wide.any():
        values[wide], strange[wide] = _parse_wide(cells[wide], lengths[wide])
    if strange.any():
        values[lengths == 0] = np.nan
        strange &= lengths > 0
        _settle(strange & (lengths <= WORD_BYTES), _parse_with_point, cells, values, strange)
        _settle(strange, _parse_singly, cells, values, strange)
    return values, strange


def _parse_narrow(cells: Cells, lengths: Places) -> tuple[Values, Bools]:
    """Read texts of up to _NARROW digits; what is something else, or nothing, is strange. Longer ones are misread."""
    buffer = np.frombuffer(cells.buffer, np.uint8)
    places, digits = cells.ends - _NARROW, lengths.astype(np.uint8)
    hundreds, tens, units = (buffer[place:].take(places) - _ZERO for place in range(_NARROW))
    tens *= digits > 1
    hundreds *= digits > 2
    strange = (np.maximum(np.maximum(hundreds, tens), units) > 9) | (digits == 0)
    tens *= np.uint8(10)
    tens += units
    return hundreds * np.float64(100) + tens, strange


def _parse_wide(cells: Cells, lengths: Places) -> tuple[Values, Bools]:
    """Read texts of up to WORD_BYTES digits; what is something else, or nothing, is strange."""
    values, strange = parse_digits(cells.tails(), lengths)
    strange |= (lengths - 1).view(np.uintp) >= WORD_BYTES  # empty (it wraps round) or too long for a word
    return values, strange


def parse_digits(words: Words, lengths: Places | int) -> tuple[Values, Bools]:
    """Read the last ``lengths`` bytes of each word as one decimal number; return also where a byte is no digit.

    Neighbours are added up in parallel inside the word: digits to pairs, pairs to fours, fours to the number.
    """
    numerals = (words ^ _ZEROS) & last_bytes(lengths)
    strange = ((numerals + _ABOVE_NINE) | numerals) & _HIGH_BITS != 0
    pairs = numerals * _TEN
    pairs += numerals >> _BYTE
    number = (pairs & _EVERY_FOURTH) * _FIRST_AND_THIRD
    pairs >>= _TWO_BYTES
    pairs &= _EVERY_FOURTH
    pairs *= _SECOND_AND_FOURTH
    number += pairs
    number >>= _FOUR_BYTES
    return number.astype(np.float64), strange


def _settle(
    chosen: Bools, parse: Callable[[Cells], tuple[Values, Bools]], cells: Cells, values: Values, strange: Bools
) -> None:
    """Parse the chosen cells another way, and write what comes of it into ``values`` and ``strange``."""
    if chosen.any():
        chosen = chosen.copy()
        values[chosen], strange[chosen] = parse(cells[chosen])


def _parse_with_point(cells: Cells) -> tuple[Values, Bools]:
    """Parse texts of up to eight bytes that are digits and one point: take it out, divide by a power of ten.

    Both are exact in float64, so the quotient is the nearest number to the text, as it is with ``float``.
    """
    lengths = cells.lengths
    words = cells.tails() & last_bytes(lengths)
    difference = words ^ _POINTS
    found = (difference - _LOW_BITS) & ~difference & _HIGH_BITS  # the lowest bit set marks the first point
    first = found & (~found + _ONE)
    before = (first >> np.uint64(7)) - _ONE
    place = np.bitwise_count(first - _ONE).astype(np.uint64) >> _THREE
    after = ~(before | (np.uint64(0xFF) << (place << _THREE)))
    closed_up = ((words & before) << _BYTE) | (words & after)
    values, strange = parse_digits(closed_up, lengths - 1)
    decimals = (WORD_BYTES - 1) - place.astype(np.intp)
    strange |= (found == 0) | (lengths < 2)
    values /= _POWERS_OF_TEN[np.clip(decimals, 0, WORD_BYTES - 1)]
    return values, strange


def _parse_singly(cells: Cells) -> tuple[Values, Bools]:
    known: dict[bytes, float | None] = {}
    values = np.full(cells.starts.shape, np.nan)
    strange = np.zeros(cells.starts.shape, dtype=bool)
    for i, text in enumerate(cells.texts()):
        if text not in known:
            known[text] = _parse_one(text)
        value = known[text]
        if value is None:
            strange[i] = True
        else:
            values[i] = value
    return values, strange


def _parse_one(text: bytes) -> float | None:
    """Return the number, NaN where there is only space, None where there is something else."""
    text = text.strip(b" ")
    if not text:
        return float("nan")
    return float(text) if _NUMBER.fullmatch(text) else None
