"""Outcomes: orders as a CSV tells them, and the period in which no row means no purchase."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Bools, Floats
from training.errors import DataRefused
from training.learning.scored_files import read_table
from training.learning.sources import SourceFile

PERIOD_START: Final = "period-start"  # object metadata, ISO 8601
PERIOD_END: Final = "period-end"
ID_COLUMNS: Final = ("decision_id", "shopper", "user_id", "id")
_ROW_KINDS: Final = (
    "no id",
    "time is not ISO 8601",
    "order_value is not a number of at least 0",
    "margin is not a number",
    "sent is neither 1 nor 0",
    "outside the period",
)
_SENT: Final = {"1": 1.0, "1.0": 1.0, "true": 1.0, "yes": 1.0, "0": 0.0, "0.0": 0.0, "false": 0.0, "no": 0.0}

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
    files: Iterable[SourceFile],
    hash_id: Callable[[str], str] = str,
    period: Period | None = None,
    id_name: str | None = None,
) -> Outcomes:
    """Return the outcomes of CSV files, plain or gzip.

    Columns: ``decision_id``, or ``shopper`` as the log has it, or the raw id, which ``hash_id`` turns into the log's
    (``user_id``, ``id`` or ``id_name``); a row may leave all but one empty. ``time``, ISO 8601, UTC where it names no
    zone. ``order_value``, empty or 0 for no order. Optionally ``margin`` (realised, of that order, the offer's costs
    in it) and ``sent`` (1 or 0: whether the message went out). ``period`` holds for files without one in their
    metadata.
    """
    columns = ID_COLUMNS if id_name in (None, *ID_COLUMNS) else (*ID_COLUMNS, str(id_name))
    tables, periods, rows = [], [], 0
    rejected: Counter[str] = Counter()
    for file in files:
        covered = _period(file) or period
        table, wrong = _read(file, columns, hash_id, covered)
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
    file: SourceFile, columns: tuple[str, ...], hash_id: Callable[[str], str], period: Period | None
) -> tuple[pd.DataFrame, dict[str, int]]:
    raw = read_table(file)
    found = [name for name in columns if name in raw.columns]
    if not found or not {"time", "order_value"} <= set(raw.columns):
        names = ", ".join(columns)
        raise DataRefused(
            f"{file.name} needs the columns time, order_value and one of {names}; it has {', '.join(raw.columns)}"
        )
    decision, shopper = _ids(raw, found, hash_id)
    time = pd.to_datetime(raw["time"], errors="coerce", utc=True, format="ISO8601")
    amount, margin = _numbers(raw, "order_value"), _numbers(raw, "margin")
    said, sent = _said(raw)
    nowhere = np.zeros(len(raw), bool) if period is None else ((time < period[0]) | (time > period[1])).to_numpy()
    wrong = (
        (decision.isna() & shopper.isna()).to_numpy(),
        time.isna().to_numpy(),
        ~(amount >= 0) & raw["order_value"].notna().to_numpy(),
        np.isnan(margin) & _given(raw, "margin"),
        said & np.isnan(sent),
        nowhere,
    )
    kind = np.select(wrong, range(len(wrong)), -1)
    good = kind < 0
    table = pd.DataFrame({
        "decision_id": decision,
        "shopper": shopper.where(decision.isna(), None),
        "time": time,
        "order_value": np.nan_to_num(amount),
        "margin": margin,
        "sent": sent,
    })[good]  # fmt: skip
    return table, dict(Counter(_ROW_KINDS[one] for one in kind[~good].tolist()))


def _ids(raw: pd.DataFrame, found: list[str], hash_id: Callable[[str], str]) -> tuple[pd.Series, pd.Series]:
    """Return each row's decision and shopper, missing where it names none; a row's decision counts first."""
    absent = pd.Series(None, index=raw.index, dtype="str")
    decision, shopper = raw["decision_id"] if "decision_id" in found else absent, absent
    for name in found:
        if name != "decision_id":
            known = raw[name] if name == "shopper" else raw[name].map(hash_id, na_action="ignore")
            shopper = shopper.fillna(known)
    return decision, shopper.astype("str")


def _given(raw: pd.DataFrame, name: str) -> Bools:
    return raw[name].notna().to_numpy() if name in raw.columns else np.zeros(len(raw), bool)


def _numbers(raw: pd.DataFrame, name: str) -> Floats:
    """Return a column's numbers; NaN where a cell is empty or no finite number."""
    if name not in raw.columns:
        return np.full(len(raw), np.nan)
    values = pd.to_numeric(raw[name], errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _said(raw: pd.DataFrame) -> tuple[Bools, Floats]:
    """Return which rows say whether the message went out, and what they say: 1, 0, or NaN for another word."""
    if "sent" not in raw.columns:
        return np.zeros(len(raw), bool), np.full(len(raw), np.nan)
    words = raw["sent"].str.strip().str.lower()
    return np.asarray(words.notna(), bool), np.asarray(words.map(_SENT), np.float64)
