"""A shop's dialect and a model's inputs -> how each cell is read."""

from __future__ import annotations

from lambda_fn.csv_io.header import Header
from lambda_fn.csv_io.spelling import Parser, Spelling
from lambda_fn.scoring.artefact.dialect import Dialect
from lambda_fn.scoring.artefact.recipe import DateInput, FlagInput, NumberInput


def spelling_of(dialect: Dialect) -> Spelling:
    """Return the words and marks of a dialect, in UTF-8."""
    return Spelling(
        delimiter=dialect.delimiter.encode(),
        decimal=dialect.decimal_mark.encode(),
        thousands=dialect.thousands_mark.encode(),
        signs=tuple(sign.encode() for sign in dialect.signs),
        missing=frozenset({b"", *(word.encode() for word in dialect.missing)}),
        true=frozenset(word.casefold() for word in dialect.true),
        false=frozenset(word.casefold() for word in dialect.false),
    )


def dialect_of(dialect: Dialect, header: Header) -> Dialect:
    """Return the dialect of a file: the shop's, but for what the file's own beginning says."""
    return Dialect.model_validate(
        dialect.model_dump() | {"delimiter": header.delimiter.decode(), "encoding": header.encoding.name}
    )


def parser_of(field: NumberInput | FlagInput | DateInput, dialect: Dialect, spelling: Spelling) -> Parser:
    """Return how the cells of a field are read: as numbers, dates as days since 1970-01-01."""
    match field:
        case DateInput():
            return spelling.dates(dialect.dates_of(field.name))
        case FlagInput():
            return spelling.flag
        case NumberInput():
            return spelling.number
