"""Why a row is refused, in the words of the rejected file."""

from __future__ import annotations

from typing import Final

from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.artefact.expectations import MAX_ID_CHARACTERS, expectation
from lambda_fn.scoring.artefact.recipe import ID_FIELD, InputField

_SHOWN_CHARACTERS: Final = 40


def bad_id(text: bytes, column: str = ID_FIELD) -> str:
    """Say what is wrong with a shopper's id."""
    return f"{column}: expected 1 to {MAX_ID_CHARACTERS} characters, found {len(text.decode())}"


def wrong_value(field: InputField, text: bytes, dialect: Dialect = DEFAULT_DIALECT) -> str:
    """Say what a field should hold and what it holds."""
    shown = text.decode(errors="replace")
    if len(shown) > _SHOWN_CHARACTERS:
        shown = f"{shown[:_SHOWN_CHARACTERS]}..."
    return f"{field.name}: expected {expectation(field, dialect)}, found {shown!r}"
