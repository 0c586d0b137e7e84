"""Outcomes: orders as files tell them, each row taken once, or rejected with its reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Bools, Floats
from training.errors import DataRefused
from training.logged.outcome_rows import OutcomeRows, WrongRow, read_rows
from training.logged.periods import ALWAYS, Period, merged, stated_period
from training.logged.sources import SourceFile

ID_COLUMNS: Final = ("decision_id", "shopper", "user_id", "id")
_REASONS: Final = (
    "no id",
    "time is not ISO 8601",
    "order_value is not a number of at least 0",
    "margin is not a number",
    "sent is neither 1 nor 0",
    "outside the period",
)
_SENT: Final = {"1": 1.0, "1.0": 1.0, "true": 1.0, "yes": 1.0, "0": 0.0, "0.0": 0.0, "false": 0.0, "no": 0.0}
_ORDER: Final = ["decision_id", "shopper", "time", "order_value"]  # what makes two rows tell of the same order
_DETAILS: Final = ["margin", "sent"]  # what only one of two such rows may say
_COLUMNS: Final = (*_ORDER, *_DETAILS)


@dataclass(frozen=True)
class Outcomes:
    """The taken rows of all files, and what was not taken.

    ``table``: columns decision_id, shopper (either may be missing in a row), time (UTC), order_value, margin, sent
    ``periods``: that the files cover; empty where no file states one, and then all of time counts as covered
    ``rows``: of all files that can be read; rows = taken + repeats + rejected
    ``rejected``: rows by their first reason
    ``repeats``: rows that tell of an order which another row has told of
    ``wrong``: the rejected rows themselves, with all their reasons
    ``unusable``: files that cannot be read, with the reason
    ``gaps``: periods of which nothing is known, as a file that covers them cannot be read
    """

    table: pd.DataFrame
    periods: tuple[Period, ...]
    rows: int
    rejected: dict[str, int]
    repeats: int = 0
    wrong: tuple[WrongRow, ...] = ()
    unusable: dict[str, str] = field(default_factory=dict)
    gaps: tuple[Period, ...] = ()

    @property
    def taken(self) -> int:
        """Return the number of rows taken."""
        return len(self.table)

    def counts(self) -> dict[str, Any]:
        """Return what a report says of them."""
        return {
            "rows": self.rows,
            "taken": self.taken,
            "repeats": self.repeats,
            "rejected": self.rejected,
            "unusable_files": self.unusable,
            "period_stated": bool(self.periods),
        }


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

    A file that cannot be read keeps none of the others from being read: see ``unusable``.
    """
    columns = ID_COLUMNS if id_name in (None, *ID_COLUMNS) else (*ID_COLUMNS, str(id_name))
    tables: list[pd.DataFrame] = []
    periods: list[Period] = []
    gaps: list[Period] = []
    wrong: list[WrongRow] = []
    unusable: dict[str, str] = {}
    rows = 0
    for file in files:
        covered = period
        try:
            covered = stated_period(file.metadata, file.name) or period
            found = read_rows(file, columns)
        except DataRefused as error:
            unusable[file.name] = str(error)
            gaps += [covered] if covered else []
            continue
        table, rejected = _judge(found, columns, hash_id, covered)
        rows += len(found)
        tables.append(table)
        wrong += rejected
        periods += [covered] if covered else []
    table, repeats = _without_repeats(pd.concat(tables, ignore_index=True) if tables else _empty())
    return Outcomes(
        table=table,
        periods=merged(periods),
        rows=rows,
        rejected=dict(Counter(row.reason.partition("; ")[0] for row in wrong)),
        repeats=repeats,
        wrong=tuple(wrong),
        unusable=unusable,
        gaps=merged(gaps) if tables else (ALWAYS,),
    )


def require_usable(outcomes: Outcomes) -> None:
    """Raise DataRefused naming every file that could not be read: what is estimated would lack its orders."""
    if outcomes.unusable:
        reasons = "\n".join(f"  {reason}" for reason in outcomes.unusable.values())
        raise DataRefused(
            f"{len(outcomes.unusable)} of the files of --outcomes cannot be read, and without their orders the rest "
            f"would mislead:\n{reasons}\nMend them, or name only the files that count, with --outcomes once for each"
        )


def _judge(
    found: OutcomeRows, id_columns: tuple[str, ...], hash_id: Callable[[str], str], period: Period | None
) -> tuple[pd.DataFrame, list[WrongRow]]:
    """Return the good rows of a file and, by line, the others."""
    cells = found.cells
    decision, shopper = _ids(cells, [name for name in id_columns if name in cells.columns], hash_id)
    time = pd.to_datetime(cells["time"], errors="coerce", utc=True, format="ISO8601")
    amount, margin = _numbers(cells, "order_value"), _numbers(cells, "margin")
    said, sent = _said(cells)
    outside = np.zeros(len(cells), bool) if period is None else ((time < period[0]) | (time > period[1])).to_numpy()
    faults = np.stack((
        (decision.isna() & shopper.isna()).to_numpy(),
        time.isna().to_numpy(),
        ~(amount >= 0) & cells["order_value"].notna().to_numpy(),
        np.isnan(margin) & _given(cells, "margin"),
        said & np.isnan(sent),
        outside,
    ))  # fmt: skip
    bad: Bools = np.asarray(faults.any(axis=0))
    reasons = ["; ".join(_REASONS[one] for one in np.flatnonzero(row)) for row in faults[:, bad].T]
    table = pd.DataFrame({
        "decision_id": decision,
        "shopper": shopper.where(decision.isna(), None),
        "time": time,
        "order_value": np.nan_to_num(amount),
        "margin": margin,
        "sent": sent,
    })[~bad]  # fmt: skip
    return table, sorted([*found.faulty, *found.wrong(bad, reasons)], key=lambda row: row.line)


def _without_repeats(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the rows, each order once, and how many were dropped.

    Rows tell of the same order where they name the same decision or shopper, time and order value, and contradict each
    other in nothing else: a file that was dropped twice, an order that was posted and exported. What one row says and
    the other leaves out is kept.
    """
    if not table.duplicated(_ORDER).any():
        return table, 0
    told = table.groupby(_ORDER, dropna=False, sort=False)[_DETAILS].transform("first")
    full = table.assign(**{name: table[name].fillna(told[name]) for name in _DETAILS})
    kept = full[~full.duplicated(list(_COLUMNS))].reset_index(drop=True)
    return kept, len(table) - len(kept)


def _empty() -> pd.DataFrame:
    kinds = {"decision_id": "str", "shopper": "str", "time": "datetime64[us, UTC]"}
    return pd.DataFrame({name: pd.Series([], dtype=kinds.get(name, "float64")) for name in _COLUMNS})


def _ids(cells: pd.DataFrame, named: list[str], hash_id: Callable[[str], str]) -> tuple[pd.Series, pd.Series]:
    """Return each row's decision and shopper, missing where it names none; a row's decision counts first."""
    absent = pd.Series(None, index=cells.index, dtype="str")
    decision, shopper = cells["decision_id"] if "decision_id" in named else absent, absent
    for name in named:
        if name != "decision_id":
            known = cells[name] if name == "shopper" else cells[name].map(hash_id, na_action="ignore")
            shopper = shopper.fillna(known)
    return decision, shopper.astype("str")


def _given(cells: pd.DataFrame, name: str) -> Bools:
    return cells[name].notna().to_numpy() if name in cells.columns else np.zeros(len(cells), bool)


def _numbers(cells: pd.DataFrame, name: str) -> Floats:
    """Return a column's numbers; NaN where a cell is empty or no finite number."""
    if name not in cells.columns:
        return np.full(len(cells), np.nan)
    values = pd.to_numeric(cells[name], errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _said(cells: pd.DataFrame) -> tuple[Bools, Floats]:
    """Return which rows say whether the message went out, and what they say: 1, 0, or NaN for another word."""
    if "sent" not in cells.columns:
        return np.zeros(len(cells), bool), np.full(len(cells), np.nan)
    words = cells["sent"].str.strip().str.lower()
    return np.asarray(words.notna(), bool), np.asarray(words.map(_SENT), np.float64)
