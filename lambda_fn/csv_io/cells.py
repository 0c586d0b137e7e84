"""Fields as places in a buffer, and the machine words that vectorised parsing reads them by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

WORD_BYTES: Final = 8
PADDING: Final = b"\0" * (2 * WORD_BYTES)  # around the text, so that the words of any field lie in the buffer

Places = NDArray[np.intp]
Words = NDArray[np.uint64]

_ALL_BYTES: Final = 2**64 - 1
_MASKS: Final = np.array([_ALL_BYTES << 8 * (WORD_BYTES - n) & _ALL_BYTES for n in range(WORD_BYTES + 1)], np.uint64)

_FIRST: Final = np.array([_ALL_BYTES >> 8 * (WORD_BYTES - n) for n in range(WORD_BYTES + 1)], np.uint64)


@dataclass(frozen=True)
class Cells:
    """Fields of any number and shape: field i is ``buffer[starts[i]:ends[i]]``. ``buffer`` is padded text.

    Words are little-endian: a field's last byte is the high byte of the word that ends with it.
    """

    buffer: bytes
    starts: Places
    ends: Places

    def __getitem__(
        self, index: int | slice | tuple[int, int] | NDArray[np.bool_] | Places | tuple[slice, NDArray[np.bool_]]
    ) -> Cells:
        return Cells(self.buffer, np.asarray(self.starts[index]), np.asarray(self.ends[index]))

    @classmethod
    def of(cls, texts: Sequence[bytes]) -> Cells:
        """Lay texts one after the other in a buffer of their own."""
        ends = len(PADDING) + np.cumsum([len(text) for text in texts], dtype=np.intp)
        starts = ends - np.array([len(text) for text in texts], dtype=np.intp)
        return cls(b"".join((PADDING, *texts, PADDING)), starts, ends)

    @property
    def lengths(self) -> Places:
        """Bytes of each field."""
        return self.ends - self.starts

    def texts(self) -> list[bytes]:
        """Return the fields themselves, flat."""
        buffer = self.buffer
        places = zip(self.starts.ravel().tolist(), self.ends.ravel().tolist(), strict=True)
        return [buffer[start:end] for start, end in places]

    def heads(self, skip: int = 0) -> Words:
        """Return the eight bytes from ``skip`` (up to 8) bytes behind each field's start, whatever they belong to."""
        return self._words()[self.starts + skip]

    def tails(self) -> Words:
        """Return the eight bytes that end where each field ends, whatever they belong to."""
        return self._words()[self.ends - WORD_BYTES]

    def as_bytes(self) -> NDArray[np.bytes_]:
        """Return the fields (one-dimensional, without NUL bytes) as an array of byte strings."""
        lengths = self.lengths
        width = max(int(lengths.max(initial=0)), 1)
        source = np.frombuffer(self.buffer, np.uint8)
        column = np.arange(width)
        places = np.minimum(self.starts[:, None] + column, len(source) - 1)
        matrix = np.where(column < lengths[:, None], source[places], np.uint8(0))
        return matrix.view(f"S{width}")[:, 0]

    def last_bytes_of(self, width: int) -> NDArray[np.uint8]:
        """Return the ``width`` bytes that end where each field (one-dimensional) ends, whatever they belong to."""
        source = np.frombuffer(self.buffer, np.uint8)
        last: NDArray[np.uint8] = source.take(np.maximum(self.ends[:, None] + np.arange(-width, 0), 0))
        return last

    def _words(self) -> Words:
        """Return the word at every place of the buffer: a view, one word a byte, unaligned."""
        return np.ndarray(len(self.buffer) - WORD_BYTES + 1, "<u8", self.buffer, strides=(1,))


def last_bytes(lengths: Places | int) -> Words:
    """Return masks that keep the last ``lengths`` bytes of a word; all eight of it where a field is longer."""
    return _MASKS.take(lengths, mode="clip")


def first_bytes(lengths: Places | int) -> Words:
    """Return masks that keep the first ``lengths`` bytes of a word; all eight of it where a field is longer."""
    return _FIRST.take(lengths, mode="clip")
