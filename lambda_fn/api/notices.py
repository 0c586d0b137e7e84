"""What an answer says beside its figures: fields that the model does not know, and the inputs that moved the risk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from lambda_fn.api.parsing.records import Record, RecordReader
from lambda_fn.scoring.columns import Columns
from lambda_fn.scoring.errors import Fault, InvalidRecords
from lambda_fn.scoring.reasons import MOST_REASONS, asked_for
from lambda_fn.scoring.service import RISK_DECIMALS, Scorer

MOST_UNKNOWN_FIELDS: Final = 20  # named in one answer
LONGEST_NAME: Final = 64  # characters of an unknown field that are repeated
_QUERY: Final = "reasons"


def reasons_asked(query: Sequence[tuple[str, str]]) -> int:
    """Return how many reasons a request asks for by ``?reasons=5``; 0 where it does not. Raise InvalidRecords.

    query: names and values of all query parameters, of which there is no other.
    """
    if others := sorted({name for name, _ in query if name != _QUERY}):
        fault = f"not a query parameter of this route; {_QUERY} is"
        raise InvalidRecords([Fault(f"?{name[:LONGEST_NAME]}", fault) for name in others[:MOST_UNKNOWN_FIELDS]])
    given = [value for _, value in query]
    if not given:
        return 0
    asked = asked_for(given[0]) if len(given) == 1 else None
    if asked is None:
        raise InvalidRecords([Fault(f"?{_QUERY}", f"expected one whole number from 0 to {MOST_REASONS}")])
    return asked


def add_unknown_fields(predictions: Sequence[dict[str, Any]], reader: RecordReader, records: Sequence[Record]) -> None:
    """Name in ``warnings`` the fields that the model does not know; their values are not repeated."""
    for prediction, record in zip(predictions, records, strict=True):
        if unknown := reader.unknown(record):
            prediction["warnings"] = [
                *prediction["warnings"],
                *(_warning(name, reader.alike(name)) for name in unknown[:MOST_UNKNOWN_FIELDS]),
            ]


def _warning(name: str, alike: str | None) -> dict[str, str]:
    meant = f"; did you mean {alike}?" if alike else ""
    return {
        "field": name[:LONGEST_NAME],
        "issue": "unknown_field",
        "detail": f"not an input of this model, so it was ignored{meant}",
    }


def add_reasons(
    predictions: Sequence[dict[str, Any]], scorer: Scorer, columns: Columns, as_of: dt.date, most: int
) -> None:
    """Add ``reasons``, at most ``most``, to each answer; null where the model imputes, since it cannot give any."""
    found = scorer.reasons(columns, as_of, most)
    for row, prediction in enumerate(predictions):
        prediction["reasons"] = None if found is None else [_reason(*reason) for reason in found[row]]


def _reason(field: str, value: float | str, effect: float) -> dict[str, Any]:
    return {"field": field, "value": value, "effect": round(effect, RISK_DECIMALS)}
