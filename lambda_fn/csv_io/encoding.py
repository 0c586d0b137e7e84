"""How a file's bytes are text: where its lines end, and its lines as UTF-8."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

NOT_TEXT: Final = b"\xff"  # stands in UTF-8 for what is no text in the file's encoding, so that its line is rejected
_ERRORS: Final = "stand-in"
UTF8: Final = "utf-8"
UTF8_MARK: Final = codecs.BOM_UTF8
UTF16_MARKS: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class Encoding:
    """An encoding whose units have one byte or two. ``name`` is Python's, of an encoding without a byte order mark."""

    name: str = UTF8

    @property
    def unit(self) -> int:
        """Bytes of a unit."""
        return 2 if self.name.startswith("utf-16") else 1

    @property
    def newline(self) -> bytes:
        """A newline as it stands in the file."""
        return "\n".encode(self.name)

    def find(self, text: bytes, place: int, start: int = 0) -> int:
        """Return where the first newline from ``start`` is; -1 where there is none.

        ``place`` is where the text begins in the file: units of two bytes begin at even places of the file.
        """
        found = text.find(self.newline, start)
        while found >= 0 and (place + found) % self.unit:
            found = text.find(self.newline, found + 1)
        return found

    def rfind(self, text: bytes, place: int) -> int:
        """Return where the last newline is; -1 where there is none."""
        found = text.rfind(self.newline)
        while found >= 0 and (place + found) % self.unit:
            found = text.rfind(self.newline, 0, found + self.unit - 1)
        return found

    def as_utf8(self, text: bytes) -> bytes:
        """Return whole lines as UTF-8; NOT_TEXT stands for what is no text."""
        if self.name == UTF8 or (self.unit == 1 and text.isascii()):
            return text
        return text.decode(self.name, _ERRORS).encode(UTF8, "surrogateescape")


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end  # surrogateescape writes it as NOT_TEXT


codecs.register_error(_ERRORS, _stand_in)
