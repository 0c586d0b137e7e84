"""How a dialect is written into a shop file: what differs from the default, each with its meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from training.drafting.shop_text import scalar

_MEANINGS = {
    "delimiter": "between fields",
    "encoding": "of the file",
    "decimal_mark": "before a number's fraction",
    "thousands_mark": "between groups of three digits",
    "signs": "around numbers, without a meaning",
    "missing": "cells that hold nothing",
    "true": "words of a flag beside 1",
    "false": "words of a flag beside 0",
    "dates": "how dates are written",
}


def described(dialect: Dialect) -> Iterator[tuple[str, str, str]]:
    """Yield key, value as YAML, and meaning of whatever is not as in the default dialect."""
    for key, meaning in _MEANINGS.items():
        value = getattr(dialect, key)
        if value != getattr(DEFAULT_DIALECT, key):
            yield key, _written(value), meaning
    if dialect.column_dates:
        pairs = (f"{scalar(name)}: {_written(formats)}" for name, formats in dialect.column_dates.items())
        yield "column_dates", "{" + ", ".join(pairs) + "}", "of single columns"


def _written(value: str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(json.dumps(item, ensure_ascii=False) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
