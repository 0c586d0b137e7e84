"""float64 -> decimal texts with a fixed number of places, for whole columns at once."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lambda_fn.csv_io.text import ByteMatrix

_GROUP: Final = 3  # digits looked up at once; with a point before them they fill the four bytes of a word
_LIMIT: Final = 10**_GROUP

Whole = NDArray[np.int64]


def write_decimals(values: NDArray[np.float64], places: int) -> list[ByteMatrix]:
    """Return the pieces of each text, from left to right, for non-negative values below 10^12; zeros fill a piece up.

    Rounds half to even, as ``numpy.round`` does.
    """
    scaled = np.rint(values * 10.0**places).astype(np.int64)
    whole = scaled // 10**places
    return [*_write_whole(whole), *_write_fraction(scaled - whole * 10**places, places)]


def _write_whole(whole: Whole) -> list[ByteMatrix]:
    above, low = _split(whole)
    if not above.any():
        return [_look_up(_leading(), low)]
    last = np.where(above > 0, _padded(_GROUP).take(low), _leading().take(low))
    return [*_write_whole_or_nothing(above), last.view(np.uint8).reshape(len(low), -1)]


def _write_whole_or_nothing(whole: Whole) -> list[ByteMatrix]:
    return [np.where(whole[:, None] > 0, piece, np.uint8(0)) for piece in _write_whole(whole)]


def _write_fraction(fraction: Whole, places: int) -> list[ByteMatrix]:
    pieces: list[ByteMatrix] = []
    while places > _GROUP:
        fraction, low = _split(fraction)
        pieces.insert(0, _look_up(_padded(_GROUP), low))
        places -= _GROUP
    return [_look_up(_padded(places, b"."), fraction), *pieces]


def _split(numbers: Whole) -> tuple[Whole, Whole]:
    """Return the numbers without their last group of digits, and that group."""
    above = numbers // _LIMIT
    return above, numbers - above * _LIMIT


def _look_up(table: NDArray[np.uint32], numbers: Whole) -> ByteMatrix:
    return table.take(numbers).view(np.uint8).reshape(len(numbers), -1)


@cache
def _padded(digits: int, prefix: bytes = b"") -> NDArray[np.uint32]:
    return _words([prefix + b"%0*d" % (digits, number) for number in range(10**digits)])


@cache
def _leading() -> NDArray[np.uint32]:
    return _words([b"%d" % number for number in range(_LIMIT)])


def _words(texts: list[bytes]) -> NDArray[np.uint32]:
    return np.array(texts, dtype="S4").view(np.uint32)
