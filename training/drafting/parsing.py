"""Texts of one column -> values, by the rules of the reader that will read the table."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.csv_io.spelling import Parser
from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.artefact.dialect import Dialect
from lambda_fn.tables.spellings import spelling_of

_TRIED_FIRST: Final = 500  # texts, before all are parsed
_HOPEFUL: Final = 0.5  # of them must parse
_PLAIN: Final = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"


def parse_numbers(texts: np.ndarray, dialect: Dialect) -> Floats:
    """Return the number of each text; NaN where it is none."""
    read = spelling_of(dialect).number
    if not _hopeful(texts, read):
        return np.full(len(texts), np.nan)
    written = pd.Series(texts, dtype="str")
    if dialect.decimal_mark != ".":
        pointed = written.str.contains(".", regex=False)
        written = written.str.replace(dialect.decimal_mark, ".", regex=False).where(~pointed)
    plain = written.str.fullmatch(_PLAIN).fillna(value=False).to_numpy(dtype=bool)
    values = np.full(len(texts), np.nan)
    values[plain] = written[plain].astype(np.float64)
    for i in np.flatnonzero(~plain):
        values[i] = _value(read, texts[i])
    return np.where(np.isfinite(values), values, np.nan)


def parse_dates(texts: np.ndarray, dialect: Dialect, column: str) -> tuple[Floats, str] | None:
    """Return each text's days since 1970-01-01 (NaN where it is no date) and the formats; None where few are dates."""
    formats = dialect.dates_of(column)
    read = spelling_of(dialect).dates(formats)
    if not _hopeful(texts, read):
        return None
    return np.array([_value(read, text) for text in texts]), " or ".join(formats)


def _hopeful(texts: np.ndarray, read: Parser) -> bool:
    tried = texts[:_TRIED_FIRST]
    parsed = sum(not np.isnan(_value(read, text)) for text in tried)
    return len(tried) > 0 and parsed >= _HOPEFUL * len(tried)


def _value(read: Parser, text: str) -> float:
    value = read(text.encode())
    return np.nan if value is None else value
