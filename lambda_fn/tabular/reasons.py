"""Why a line is rejected, in the words of the rejected file."""

from __future__ import annotations

from typing import Final

from lambda_fn.names import MAX_LINE_BYTES
from lambda_fn.records import MAX_ID_CHARACTERS, expectation
from lambda_fn.scoring.recipe import ID_FIELD, InputField

EMPTY_LINE: Final = "the line is empty"
NUL_BYTE: Final = "a NUL byte in the line"
NOT_UTF8: Final = "the line is not UTF-8 text"
STRAY_RETURN: Final = "a carriage return inside the line"
MALFORMED_QUOTES: Final = "malformed quotes: quote the whole field and double the quotes inside it"
NOT_CLOSED: Final = (
    "a quoted field is not closed on its line (a line break inside quotes can be read only where the whole row lies in "
    "one chunk of the file)"
)
TOO_LONG: Final = f"the line is longer than {MAX_LINE_BYTES} bytes; only its beginning is shown"

_SHOWN_CHARACTERS: Final = 40


def wrong_count(found: int, expected: int) -> str:
    """Say that a line has not as many columns as the header."""
    return f"{found} columns where the header has {expected}"


def bad_id(text: bytes) -> str:
    """Say what is wrong with a shopper's id."""
    return f"{ID_FIELD}: expected 1 to {MAX_ID_CHARACTERS} characters, found {len(text.decode())}"


def wrong_value(field: InputField, text: bytes) -> str:
    """Say what a field should hold and what it holds."""
    shown = text.decode(errors="replace")
    if len(shown) > _SHOWN_CHARACTERS:
        shown = f"{shown[:_SHOWN_CHARACTERS]}..."
    return f"{field.name}: expected {expectation(field)}, found {shown!r}"
