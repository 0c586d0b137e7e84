"""What a field should hold, worded alike for a refused request and a rejected row."""

from __future__ import annotations

from typing import Final

from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.artefact.recipe import CategoryInput, DateInput, FlagInput, InputField, NumberInput

MAX_ID_CHARACTERS: Final = 128
ANY_NUMBER: Final = 1e300  # a bound that is none


def expectation(field: InputField, dialect: Dialect = DEFAULT_DIALECT) -> str:
    """Say what a field should hold, in the words of a table's dialect."""
    match field:
        case NumberInput():
            whole = "a whole number" if field.integer else "a number"
            if field.maximum >= ANY_NUMBER:
                return f"{whole} ({field.unit})"
            return f"{whole} from {field.minimum:,.12g} to {field.maximum:,.12g} ({field.unit})"
        case FlagInput():
            *others, last = "0", "1", *dialect.true, *dialect.false
            return f"{', '.join(others)} or {last}"
        case CategoryInput():
            return "a text"
        case DateInput():
            return f"a date ({' or '.join(dialect.dates_of(field.name))}) from {field.minimum} to {field.maximum}"
