"""What a field should hold, worded alike for a refused request and a rejected row."""

from __future__ import annotations

from typing import Final

from lambda_fn.scoring.recipe import CategoryInput, DateInput, FlagInput, InputField, NumberInput

MAX_ID_CHARACTERS: Final = 128


def expectation(field: InputField) -> str:
    """Say what a field should hold."""
    match field:
        case NumberInput():
            whole = "a whole number" if field.integer else "a number"
            return f"{whole} from {field.minimum:,.12g} to {field.maximum:,.12g} ({field.unit})"
        case FlagInput():
            return "0, 1, true or false"
        case CategoryInput():
            return "a text"
        case DateInput():
            return f"a date (YYYY-MM-DD) from {field.minimum} to {field.maximum}"
