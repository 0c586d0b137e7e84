"""Look at the data before anything is learnt from them, and say plainly what was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Bools
from lambda_fn.scoring.artefact.recipe import DateInput, InputField
from lambda_fn.scoring.columns import days_since_epoch
from lambda_fn.tables.files import layout_of
from training.data.columns import to_columns
from training.data.load import Dataset
from training.data.usable import RowFaults, usable_rows
from training.errors import DataRefused
from training.shops.shop import Shop, ValueLabel

LARGEST_DROPPED_SHARE: Final = 0.01  # more unusable rows than this, and the export itself is in doubt
LARGEST_MISSING_SHARE: Final = 0.20  # of one column
SMALLEST_ROWS: Final = 500

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing found in the data.

    ``level``: whether it stops a run.
    ``check``: the name of the check that found it.
    ``message``: what was found, and where.
    ``rows``: the number of rows it concerns.
    """

    level: Level
    check: str
    message: str
    rows: int = 0


@dataclass(frozen=True)
class Report:
    """What the checks found, and the rows that can be used.

    ``rows_read``: usable or not.
    ``usable``: the rows without a fault, numbered from 0.
    """

    findings: tuple[Finding, ...]
    rows_read: int
    usable: pd.DataFrame

    def raise_errors(self, *, strict: bool) -> None:
        """Raise DataRefused naming every error; under ``strict`` every warning is one."""
        errors = [finding for finding in self.findings if strict or finding.level == "error"]
        if errors:
            advice = " (warnings are errors under --strict)" if strict else ""
            raise DataRefused("; ".join(f"{finding.check}: {finding.message}" for finding in errors) + advice)


def check(dataset: Dataset, shop: Shop, as_of: dt.date | None = None) -> Report:
    """Return what is wrong with the data. Dates after ``as_of`` (today when absent) count as future ones."""
    table = dataset.table
    layout = layout_of(shop.recipe.inputs)
    faults = usable_rows(table, to_columns(layout, table), layout, shop.label.column)
    usable = faults.usable
    findings = (
        *_refused(dataset),
        *_missing(table, shop.recipe.inputs),
        *_future(table, shop.recipe.inputs, as_of or _today()),
        *_identity(shop.table.id, faults),
        *_unlabelled(shop.label.column, faults),
        *_volume(usable, faults.unlabelled if isinstance(shop.label, ValueLabel) else np.zeros_like(usable)),
    )
    return Report(findings, len(table), table if usable.all() else table[usable].reset_index(drop=True))


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _refused(dataset: Dataset) -> Iterator[Finding]:
    """Tell which rows the reader refuses, as the batch would: they are not learnt from."""
    rows = sum(each.rows for each in dataset.refused.values())
    for reason, each in dataset.refused.items():
        left_out = "1 row is" if each.rows == 1 else f"{each.rows:,} rows are"
        yield Finding("warning", "refused", f"{left_out} left out: {reason}{each.such}", each.rows)
    if rows > LARGEST_DROPPED_SHARE * dataset.rows_read:
        share = rows / dataset.rows_read
        message = f"{share:.1%} of the rows cannot be read, more than {LARGEST_DROPPED_SHARE:.0%}; mend the export"
        yield Finding("error", "refused rows", message, rows)


def _missing(table: pd.DataFrame, inputs: Sequence[InputField]) -> Iterator[Finding]:
    for field in inputs:
        rows = int(table[field.name].isna().sum())
        if rows:
            share = rows / len(table)
            level: Level = "error" if share == 1 else "warning"
            much = f", more than {LARGEST_MISSING_SHARE:.0%}" if share > LARGEST_MISSING_SHARE else ""
            yield Finding(level, "missing", f"{field.name}: {share:.2%} missing{much}", rows)


def _future(table: pd.DataFrame, inputs: Sequence[InputField], as_of: dt.date) -> Iterator[Finding]:
    for field in inputs:
        if isinstance(field, DateInput):
            rows = int((table[field.name] > days_since_epoch(as_of)).sum())
            if rows:
                share = rows / len(table)
                yield Finding("warning", "future date", f"{field.name}: {share:.1%} lie after {as_of}", rows)


def _identity(id_name: str, faults: RowFaults) -> Iterator[Finding]:
    if rows := int(faults.repeated.sum()):
        yield Finding("warning", f"duplicate {id_name}", f"{rows:,} rows repeat one and are left out", rows)


def _unlabelled(label_column: str, faults: RowFaults) -> Iterator[Finding]:
    if rows := int(faults.unlabelled.sum()):
        yield Finding("warning", "label", f"{label_column}: {rows:,} rows have none and are left out", rows)


def _volume(usable: Bools, expected: Bools) -> Iterator[Finding]:
    """Judge what is left. ``expected``: rows that are left out by the shop file's own words, which is no fault."""
    read, left = int((usable | ~expected).sum()), int(usable.sum())
    if read - left > LARGEST_DROPPED_SHARE * read:
        share = (read - left) / read
        message = f"{share:.1%} of the rows cannot be used, more than {LARGEST_DROPPED_SHARE:.0%}; check the export"
        yield Finding("error", "unusable rows", message, read - left)
    if left < SMALLEST_ROWS:
        message = f"{left:,} usable rows; training needs at least {SMALLEST_ROWS}"
        yield Finding("error", "volume", message, read)
