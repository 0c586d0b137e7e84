"""Decimal texts -> float64, for whole columns at once: digits with at most one decimal mark.

What is something else (a sign, an exponent, a group of thousands, a word) is left to ``Spelling.number``, and so is
everything that is not surely good.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lambda_fn.csv_io.cells import WORD_BYTES, Cells, Places, Words, last_bytes

Values = NDArray[np.float64]
Bools = NDArray[np.bool_]

_LONGEST: Final = 2 * WORD_BYTES  # bytes of the texts that two words hold
_SURELY_EXACT: Final = 2**53  # whole numbers below it are exact in float64, and so are powers of ten up to 10^22
_READ_SINGLY: Final = 40  # bytes; longer texts are hardly numbers
_POWERS_OF_TEN: Final = 10.0 ** np.arange(_LONGEST)
_NARROW: Final = 3  # bytes; columns of no longer texts are read digit by digit, in lanes of one byte
_ZERO: Final = np.uint8(ord("0"))
_NAN_WHERE: Final = np.array([0.0, np.nan])  # added up: choosing by a mask at random takes five times as long

_ZEROS: Final = np.uint64(0x3030303030303030)  # "00000000"
_HIGH_BITS: Final = np.uint64(0x8080808080808080)
_LOW_BITS: Final = np.uint64(0x0101010101010101)
_ABOVE_NINE: Final = np.uint64(0x7676767676767676)  # added to a byte from 10 to 127, it sets the high bit
_EVERY_FOURTH: Final = np.uint64(0x000000FF000000FF)
_FIRST_AND_THIRD: Final = np.uint64(100 + (1_000_000 << 32))
_SECOND_AND_FOURTH: Final = np.uint64(1 + (10_000 << 32))
_POINT: Final = ord(".")
_ONE, _THREE, _SEVEN, _TEN, _BYTE, _TWO_BYTES, _FOUR_BYTES = (np.uint64(n) for n in (1, 3, 7, 10, 8, 16, 32))


def parse_numbers(cells: Cells, point: bytes = b".") -> tuple[Values, Bools]:
    """Return the values (NaN where there is no text), and where the text must be read another way.

    ``cells`` and both answers: shape (columns, rows).
    """
    lengths = cells.lengths
    widest = lengths.max(axis=1, initial=0)
    if not widest.all():
        return _parse_but_empty(cells, point, widest > 0)
    values, strange = _parse_narrow(cells, lengths)
    wide = widest > _NARROW
    if wide.any():
        values[wide], strange[wide] = _parse_wide(cells[wide], lengths[wide])
    empty = lengths == 0
    if empty.any():
        values += _NAN_WHERE.take(empty.view(np.uint8))
    if strange.any():
        _read_otherwise(cells, lengths, values, strange, ord(point))
    return values, strange


def _parse_but_empty(cells: Cells, point: bytes, filled: Bools) -> tuple[Values, Bools]:
    """Parse the columns that hold any text at all."""
    values = np.full(cells.starts.shape, np.nan)
    strange = np.zeros(cells.starts.shape, dtype=bool)
    if filled.any():
        values[filled], strange[filled] = parse_numbers(cells[filled], point)
    return values, strange


def _read_otherwise(cells: Cells, lengths: Places, values: Values, strange: Bools, point: int) -> None:
    """Read the strange cells by ways that take longer; write what comes of it into ``values`` and ``strange``."""
    for fits, parse in (
        ((lengths <= WORD_BYTES) & (lengths > 1), _parse_with_point),
        ((lengths > WORD_BYTES) & (lengths <= _LONGEST), _parse_two_words),
        ((lengths > WORD_BYTES) & (lengths <= _READ_SINGLY), _parse_singly),
    ):
        chosen = strange & fits
        if chosen.any():
            values[chosen], strange[chosen] = parse(cells[chosen], point)


def _parse_narrow(cells: Cells, lengths: Places) -> tuple[Values, Bools]:
    """Read texts of up to _NARROW digits; what is something else is strange. Longer ones, and empty, are misread."""
    buffer = np.frombuffer(cells.buffer, np.uint8)
    places, digits = cells.ends - _NARROW, lengths.astype(np.uint8)
    hundreds, tens, units = (buffer[place:].take(places) - _ZERO for place in range(_NARROW))
    tens *= digits > 1
    hundreds *= digits > 2
    strange = (np.maximum(np.maximum(hundreds, tens), units) > 9) & (digits > 0)
    tens *= np.uint8(10)
    tens += units
    return hundreds * np.float64(100) + tens, strange


def _parse_wide(cells: Cells, lengths: Places) -> tuple[Values, Bools]:
    """Read texts of up to WORD_BYTES digits; what is something else is strange. Empty ones are 0."""
    values, strange = parse_digits(cells.tails(), lengths)
    strange |= lengths > WORD_BYTES
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


def _parse_with_point(cells: Cells, point: int) -> tuple[Values, Bools]:
    """Read digits and one point, up to eight bytes: take the point out, divide by a power of ten.

    Both are exact in float64, so the quotient is the nearest number to the text, as it is with ``float``.
    ``b"12.5"`` ends the word ``....12.5``: before the point ``12``, behind it ``5``, closed up ``125``, over 10.
    """
    words = cells.tails() & last_bytes(cells.lengths)
    difference = words ^ (_LOW_BITS * np.uint64(point))
    found = (difference - _LOW_BITS) & ~difference & _HIGH_BITS  # the lowest bit set marks the first point
    first = found & (~found + _ONE)
    before = (first >> _SEVEN) - _ONE
    place = np.bitwise_count(first - _ONE).astype(np.uint64) >> _THREE
    after = ~(before | (np.uint64(0xFF) << (place << _THREE)))
    closed_up = ((words & before) << _BYTE) | (words & after)
    values, strange = parse_digits(closed_up, cells.lengths - 1)
    decimals = (WORD_BYTES - 1) - place.astype(np.intp)
    values /= _POWERS_OF_TEN[np.clip(decimals, 0, WORD_BYTES - 1)]
    return values, strange | (found == 0)


def _parse_two_words(cells: Cells, point: int) -> tuple[Values, Bools]:
    """Read nine to sixteen bytes of digits, with or without a point, up to 2^53 without it.

    ``b"1234.56789"`` is laid out as ``......1234.56789``, closed up to ``.......1 23456789`` and read as two words.
    """
    matrix = cells.last_bytes_of(_LONGEST)
    columns = np.arange(_LONGEST, dtype=np.uint8)
    is_point = matrix == point
    matrix[columns < (_LONGEST - cells.lengths)[:, None]] = _ZERO
    is_point &= columns >= (_LONGEST - cells.lengths)[:, None]
    place = np.where(is_point.any(axis=1), is_point.argmax(axis=1), -1).astype(np.int8)
    shifted = np.empty_like(matrix)
    shifted[:, 0], shifted[:, 1:] = _ZERO, matrix[:, :-1]
    closed_up = np.where(columns.astype(np.int8) <= place[:, None], shifted, matrix)
    words = closed_up.view("<u8")
    high, strange_high = parse_digits(words[:, 0], WORD_BYTES)
    low, strange_low = parse_digits(words[:, 1], WORD_BYTES)
    values = high * 10.0**WORD_BYTES + low
    strange = strange_high | strange_low | (high >= _SURELY_EXACT // 10**WORD_BYTES)
    return values / _POWERS_OF_TEN[np.where(place < 0, 0, _LONGEST - 1 - place)], strange


def _parse_singly(cells: Cells, point: int) -> tuple[Values, Bools]:
    """Read digits, with or without a point, one text at a time; ``float`` finds the nearest number."""
    matrix = cells.last_bytes_of(_READ_SINGLY)
    outside = np.arange(_READ_SINGLY) < (_READ_SINGLY - cells.lengths)[:, None]
    is_point = (matrix == point) & ~outside
    strange = ~((matrix - _ZERO <= 9) | is_point | outside).all(axis=1) | (is_point.sum(axis=1) > 1)
    values = np.full(len(strange), np.nan)
    texts = cells[~strange].texts()
    values[~strange] = (
        [float(text.replace(b",", b".")) for text in texts] if point != _POINT else list(map(float, texts))
    )
    return values, strange
