"""Ids of the decisions of one file, for whole columns of shopper ids at once."""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lambda_fn.csv_io.text import ByteMatrix
from lambda_fn.scoring.arrays import Floats, Texts
from lambda_fn.scoring.offers.assignment import DECISION_ID_CHARACTERS
from lambda_fn.scoring.offers.decision_log import SIGNAL_DECIMALS

_WORD_BYTES: Final = 8
_ID_BYTES: Final = DECISION_ID_CHARACTERS // 2
_FACTORS: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))  # odd, with well mixed bits
_SHIFT: Final = np.uint64(29)
_HEX: Final = np.array([f"{byte:02x}".encode() for byte in range(256)], dtype="S2").view(np.uint16)


class DecisionIds:
    """Ids that differ from one shopper to the next and from one file to the next.

    A shopper who comes twice in a file, with other values, gets two decisions and two ids.
    Two 64-bit hashes of the shopper's id and of what the decision was made by, each step of which can be undone, begin
    at two numbers that follow from ``job``: the model and the version of the file. Nothing secret follows from a
    decision's id, so that it need not be an HMAC, which takes twenty times as long.
    """

    def __init__(self, job: str) -> None:
        digest = hashlib.sha256(job.encode()).digest()
        self._starts = [np.uint64(int.from_bytes(digest[at : at + _WORD_BYTES])) for at in (0, _WORD_BYTES)]

    def of(self, shoppers: Texts, *signals: Floats) -> ByteMatrix:
        """Return the ids as hexadecimal digits, shape (n, 24). ``shoppers`` are UTF-8.

        signals: what the decisions were made by, each of shape (n,); six decimals count.
        """
        words = np.column_stack([_words(shoppers), *map(_word, signals)])
        lanes = [self._hashed(words, start, factor) for start, factor in zip(self._starts, _FACTORS, strict=True)]
        digits = np.stack(lanes, axis=1).astype(">u8").view(np.uint8).reshape(len(shoppers), -1)[:, :_ID_BYTES]
        return _HEX[digits].view(np.uint8).reshape(len(shoppers), -1)

    @staticmethod
    def _hashed(words: NDArray[np.uint64], start: np.uint64, factor: np.uint64) -> NDArray[np.uint64]:
        hashed = np.full(len(words), start)
        for column in words.T:
            # A word of nothing only fills an id up: how wide a group's longest id is must not show.
            mixed = (hashed ^ column) * factor
            hashed = np.where(column > 0, mixed ^ (mixed >> _SHIFT), hashed)
        mixed = hashed * factor
        final: NDArray[np.uint64] = (mixed ^ (mixed >> _SHIFT)) * factor
        return final


def _words(texts: Texts) -> NDArray[np.uint64]:
    """Return the bytes of the texts as words of eight, the last of which are filled up with zeros."""
    width = -(-texts.dtype.itemsize // _WORD_BYTES) * _WORD_BYTES
    return np.ascontiguousarray(texts.astype(f"S{width}")).view("<u8").reshape(len(texts), -1)


def _word(values: Floats) -> NDArray[np.uint64]:
    rounded = np.round(values, SIGNAL_DECIMALS) + 0.0  # of two zeros the positive one
    return np.ascontiguousarray(rounded).view(np.uint64)
