"""Look at the data before anything is learnt from them, and say plainly what was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Bools
from lambda_fn.scoring.columns import Layout, days_since_epoch
from lambda_fn.scoring.recipe import ID_FIELD, CategoryInput, DateInput, Recipe
from training.data.columns import to_columns
from training.data.load import Dataset
from training.data.usable import RowFaults, usable_rows
from training.errors import DataRefused

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


def check(dataset: Dataset, recipe: Recipe, label_column: str, as_of: dt.date | None = None) -> Report:
    """Return what is wrong with the data. Dates after ``as_of`` (today when absent) count as future ones."""
    table = dataset.table
    layout = Layout(_with_some_categories(recipe))
    faults = usable_rows(table, to_columns(layout, table), layout, label_column)
    usable = faults.usable
    findings = (
        *_types(dataset),
        *_missing(table, recipe),
        *_future(table, recipe, as_of or _today()),
        *_outside(table, layout, faults),
        *_identity(faults),
        *_unlabelled(label_column, faults),
        *_volume(usable),
    )
    return Report(findings, len(table), table if usable.all() else table[usable].reset_index(drop=True))


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _types(dataset: Dataset) -> Iterator[Finding]:
    for name, cells in dataset.unreadable.items():
        yield Finding("warning", "type", f"{name}: {cells:,} cells are not of its type and count as missing", cells)


def _missing(table: pd.DataFrame, recipe: Recipe) -> Iterator[Finding]:
    for field in recipe.inputs:
        rows = int(table[field.name].isna().sum())
        if rows:
            share = rows / len(table)
            level: Level = "error" if share == 1 else "warning"
            much = f", more than {LARGEST_MISSING_SHARE:.0%}" if share > LARGEST_MISSING_SHARE else ""
            yield Finding(level, "missing", f"{field.name}: {share:.2%} missing{much}", rows)


def _future(table: pd.DataFrame, recipe: Recipe, as_of: dt.date) -> Iterator[Finding]:
    for field in recipe.inputs:
        if isinstance(field, DateInput):
            rows = int((table[field.name] > days_since_epoch(as_of)).sum())
            if rows:
                share = rows / len(table)
                yield Finding("warning", "future date", f"{field.name}: {share:.1%} lie after {as_of}", rows)


def _outside(table: pd.DataFrame, layout: Layout, faults: RowFaults) -> Iterator[Finding]:
    """Find values that scoring would refuse, by the rule that scoring uses."""
    for i in np.flatnonzero(faults.outside.any(axis=0)):
        rows = faults.outside[:, i]
        example = table[layout.numeric_names[i]].to_numpy()[rows][0]
        message = (
            f"{layout.numeric_names[i]}: {rows.sum():,} rows outside {layout.minimum[i]:g} to {layout.maximum[i]:g} "
            f"or not whole (such as {example:g}) are left out"
        )
        yield Finding("warning", "bounds", message, int(rows.sum()))


def _with_some_categories(recipe: Recipe) -> Recipe:
    """Return the recipe with a stand-in for categories that are not learnt yet: bounds concern numbers only."""
    inputs = tuple(
        field.model_copy(update={"categories": ("?",), "default": "?"}) if isinstance(field, CategoryInput) else field
        for field in recipe.inputs
    )
    return recipe.model_copy(update={"inputs": inputs})


def _identity(faults: RowFaults) -> Iterator[Finding]:
    if rows := int(faults.nameless.sum()):
        yield Finding("warning", ID_FIELD, f"{rows:,} rows have none and are left out", rows)
    if rows := int(faults.repeated.sum()):
        yield Finding("warning", f"duplicate {ID_FIELD}", f"{rows:,} rows repeat one and are left out", rows)


def _unlabelled(label_column: str, faults: RowFaults) -> Iterator[Finding]:
    if rows := int(faults.unlabelled.sum()):
        yield Finding("warning", "label", f"{label_column}: {rows:,} rows have none and are left out", rows)


def _volume(usable: Bools) -> Iterator[Finding]:
    read, left = len(usable), int(usable.sum())
    if read - left > LARGEST_DROPPED_SHARE * read:
        share = (read - left) / read
        message = f"{share:.1%} of the rows cannot be used, more than {LARGEST_DROPPED_SHARE:.0%}; check the export"
        yield Finding("error", "unusable rows", message, read - left)
    if left < SMALLEST_ROWS:
        message = f"{left:,} usable rows; training needs at least {SMALLEST_ROWS}"
        yield Finding("error", "volume", message, read)
