"""Why a line is no row, in the words of the rejected file."""

from __future__ import annotations

from typing import Final

from lambda_fn.contract import MAX_LINE_BYTES
from lambda_fn.csv_io.encoding import UTF8

NUL_BYTE: Final = "a NUL byte in the line"
STRAY_RETURN: Final = "a carriage return inside the line: end each line with LF or CRLF"
MALFORMED_QUOTES: Final = "malformed quotes: quote the whole field and double the quotes inside it"
NOT_CLOSED: Final = (
    "a quoted field is not closed on its line (a line break inside quotes can be read only where the whole row lies in "
    "one chunk of the file)"
)
TOO_LONG: Final = f"the line is longer than {MAX_LINE_BYTES} bytes; only its beginning is shown"


def wrong_count(found: int, expected: int) -> str:
    """Say that a line has not as many fields as the header."""
    return f"{found} field{'s' * (found != 1)} under a header of {expected}"


def not_text(encoding: str) -> str:
    """Say that a line is no text in the file's encoding."""
    name = encoding.upper()
    perhaps = ", perhaps Windows-1252, as spreadsheets write it" if encoding == UTF8 else ""
    return f"the line is not {name} text{perhaps}: save the file as CSV, encoded as {name}"
