"""Outcomes: orders as a CSV tells them, and the period in which no row means no purchase."""

from __future__ import annotations

import gzip
import io
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from training.errors import DataRefused
from training.learning.sources import SourceFile

PERIOD_START: Final = "period-start"  # object metadata, ISO 8601
PERIOD_END: Final = "period-end"
ID_COLUMNS: Final = ("decision_id", "shopper", "user_id", "id")
_ROW_KINDS: Final = ("no id", "time is not ISO 8601", "order_value is not a number of at least 0", "outside the period")

Period = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Outcomes:
    """The taken rows of all files, and what was not taken.

    ``table``: columns decision_id, shopper (either may be missing in a row), time (UTC), order_value, margin, sent
    ``periods``: that the files cover; empty where no file states one, and then all of time counts as covered
    ``rejected``: rows by reason
    """

    table: pd.DataFrame
    periods: tuple[Period, ...]
    rows: int
    rejected: dict[str, int]

    @property
    def taken(self) -> int:
        """Return the number of rows taken; rows = taken + rejected."""
        return len(self.table)


def read_outcomes(
    files: Iterable[SourceFile], hash_id: Callable[[str], str] = str, period: Period | None = None
) -> Outcomes:
    """Return the outcomes of CSV files.

    Columns: ``decision_id``, or ``shopper`` as the log has it, or the raw ``user_id`` (or ``id``), which ``hash_id``
    turns into the log's; ``time``, ISO 8601, UTC where it names no zone; ``order_value``, empty or 0 for no order;
    optionally ``margin`` (realised, of that order, offer's costs included) and ``sent`` (0 or 1: whether the message
    went out). ``period`` holds for files without one in their metadata.
    """
    tables, periods, rows = [], [], 0
    rejected: Counter[str] = Counter()
    for file in files:
        covered = _period(file) or period
        table, wrong = _read(file, hash_id, covered)
        rows += len(table) + sum(wrong.values())
        rejected.update(wrong)
        tables.append(table)
        if covered is not None:
            periods.append(covered)
    return Outcomes(pd.concat(tables, ignore_index=True), _merged(periods), rows, dict(rejected))


def parse_period(text: str) -> Period:
    """Return the period of ``START/END``, both ISO 8601; raise DataRefused where it is none."""
    start, _, end = text.partition("/")
    return _checked_period(start, end, "the period")


def _period(file: SourceFile) -> Period | None:
    start, end = (file.metadata.get(name) for name in (PERIOD_START, PERIOD_END))
    return _checked_period(start or "", end or "", file.name) if start or end else None


def _checked_period(start: str, end: str, where: str) -> Period:
    found = pd.to_datetime(pd.Series([start, end]), errors="coerce", utc=True, format="ISO8601")
    if found.isna().any() or found[0] >= found[1]:
        raise DataRefused(f"{where}: give {PERIOD_START} and {PERIOD_END} as ISO 8601 times, the start first")
    return found[0], found[1]


def _merged(periods: list[Period]) -> tuple[Period, ...]:
    merged: list[Period] = []
    for start, end in sorted(periods):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _read(
    file: SourceFile, hash_id: Callable[[str], str], period: Period | None
) -> tuple[pd.DataFrame, dict[str, int]]:
    try:
        data = gzip.decompress(file.data) if file.data.startswith(b"\x1f\x8b") else file.data
        raw = pd.read_csv(io.BytesIO(data), dtype="str", skipinitialspace=True)
    except (ValueError, OSError, EOFError) as error:
        raise DataRefused(f"{file.name} cannot be read as CSV: {error}") from error
    id_column = next((name for name in ID_COLUMNS if name in raw.columns), None)
    if id_column is None or not {"time", "order_value"} <= set(raw.columns):
        raise DataRefused(f"{file.name} needs the columns time, order_value and one of {', '.join(ID_COLUMNS)}")
    ids = raw[id_column]
    time = pd.to_datetime(raw["time"], errors="coerce", utc=True, format="ISO8601")
    amount = pd.to_numeric(raw["order_value"].fillna("0"), errors="coerce").to_numpy(dtype=np.float64)
    wrong = [ids.isna(), time.isna(), ~(np.isfinite(amount) & (amount >= 0))]
    wrong.append(np.zeros(len(raw), bool) if period is None else ((time < period[0]) | (time > period[1])))
    kind = np.select([np.asarray(one, dtype=bool) for one in wrong], [0, 1, 2, 3], -1)
    good = kind < 0
    known = ids[good] if id_column in ("decision_id", "shopper") else ids[good].map(hash_id)
    absent = pd.Series(None, index=ids[good].index, dtype="str")
    table = pd.DataFrame({
        "decision_id": known if id_column == "decision_id" else absent,
        "shopper": absent if id_column == "decision_id" else known,
        "time": time[good],
        "order_value": amount[good],
        "margin": _optional(raw, "margin")[good],
        "sent": _optional(raw, "sent")[good],
    })  # fmt: skip
    counts = Counter(_ROW_KINDS[one] for one in kind[~good].tolist())
    return table, dict(counts)


def _optional(raw: pd.DataFrame, name: str) -> np.ndarray:
    if name not in raw.columns:
        return np.full(len(raw), np.nan)
    return pd.to_numeric(raw[name], errors="coerce").to_numpy(dtype=np.float64)
