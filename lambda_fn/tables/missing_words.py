"""Words that tables write where a cell is missing."""

from __future__ import annotations

from typing import Final

SURE_WORDS: Final = (
    "NULL",
    "null",
    "Null",
    "\\N",
    "nan",
    "NaN",
    "NAN",
    "N/A",
    "n/a",
    "#N/A",
    "<NA>",
    "k.A.",
    "(null)",
)
LIKELY_WORDS: Final = ("NA", "?")
WEAK_WORDS: Final = ("None", "none", "NONE", "-", "--", ".", "na")  # a category may be called so
MISSING_WORDS: Final = (*SURE_WORDS, *LIKELY_WORDS, *WEAK_WORDS)
