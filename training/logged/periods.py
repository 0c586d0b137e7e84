"""Periods that outcomes cover: no row in one means no purchase."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from lambda_fn.contract import METADATA_PERIOD_END, METADATA_PERIOD_START
from training.errors import DataRefused

Period = tuple[pd.Timestamp, pd.Timestamp]

ALWAYS: Final[Period] = (pd.Timestamp("1900-01-01", tz="UTC"), pd.Timestamp("2200-01-01", tz="UTC"))


def parse_period(text: str) -> Period:
    """Return the period of ``START/END``, both ISO 8601; raise DataRefused where it is none."""
    start, _, end = text.partition("/")
    return _checked(start, end, "the period")


def stated_period(metadata: Mapping[str, str], name: str) -> Period | None:
    """Return the period that the metadata of file ``name`` state; None where they state none.

    Raise DataRefused where they state half of one, or no times.
    """
    start, end = (metadata.get(key, "") for key in (METADATA_PERIOD_START, METADATA_PERIOD_END))
    return _checked(start, end, name) if start or end else None


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Return the periods in order, those that touch each other as one."""
    found: list[Period] = []
    for start, end in sorted(periods):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def _checked(start: str, end: str, where: str) -> Period:
    found = pd.to_datetime(pd.Series([start, end]), errors="coerce", utc=True, format="ISO8601")
    if found.isna().any() or found[0] >= found[1]:
        raise DataRefused(
            f"{where}: give {METADATA_PERIOD_START} and {METADATA_PERIOD_END} as ISO 8601 times, the start first"
        )
    return found[0], found[1]
