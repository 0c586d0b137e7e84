"""float64 -> decimal texts with a fixed number of places, for whole columns at once."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_GROUP: Final = 3  # digits looked up at once

Texts = NDArray[np.bytes_]


def write_decimals(values: NDArray[np.float64], places: int) -> list[Texts]:
    """Return the pieces of each text, from left to right, for non-negative values below 10^15.

    Rounds half to even, as ``numpy.round`` does. A piece ends at its first NUL.
    """
    scaled = np.rint(values * 10.0**places).astype(np.int64)
    whole, fraction = np.divmod(scaled, 10**places)
    return [*_write_whole(whole), *_write_fraction(fraction, places)]


def _write_whole(whole: NDArray[np.int64]) -> list[Texts]:
    rest, low = np.divmod(whole, 10**_GROUP)
    if not rest.any():
        return [_leading()[low]]
    return [*_write_nonzero(rest), np.where(rest > 0, _padded(_GROUP)[low], _leading()[low])]


def _write_nonzero(whole: NDArray[np.int64]) -> list[Texts]:
    return [np.where(whole > 0, piece, b"") for piece in _write_whole(whole)]


def _write_fraction(fraction: NDArray[np.int64], places: int) -> list[Texts]:
    pieces: list[Texts] = []
    while places > _GROUP:
        fraction, low = np.divmod(fraction, 10**_GROUP)
        pieces.insert(0, _padded(_GROUP)[low])
        places -= _GROUP
    return [_padded(places, b".")[fraction], *pieces]


@cache
def _padded(digits: int, prefix: bytes = b"") -> Texts:
    return np.array([prefix + b"%0*d" % (digits, number) for number in range(10**digits)])


@cache
def _leading() -> Texts:
    return np.array([b"%d" % number for number in range(10**_GROUP)])
