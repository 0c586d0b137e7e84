"""Reasons -> the last field of scored lines: JSON, as the API answers them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from lambda_fn.csv_io.text import cell
from lambda_fn.scoring.reasons import Reason
from lambda_fn.scoring.service import RISK_DECIMALS

_EXACT: Final = 2**53  # beyond it not every whole number has a float of its own


def reason_cells(reasons: Sequence[Sequence[Reason]]) -> list[bytes]:
    """Return one CSV field a row: a JSON list of objects with ``field``, ``value`` and ``effect``.

    >>> reason_cells([[Reason("age", 41.0, 0.25)], []])
    [b'"[{""field"": ""age"", ""value"": 41, ""effect"": 0.25}]"', b'[]']
    """
    return [cell(json.dumps([_shown(*reason) for reason in row], ensure_ascii=False).encode()) for row in reasons]


def _shown(field: str, value: float | str, effect: float) -> dict[str, float | str]:
    """Return a reason as the API gives it, but for a whole number, which is written without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    return {"field": field, "value": value, "effect": round(effect, RISK_DECIMALS) + 0.0}
