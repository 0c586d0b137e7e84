"""From a CSV to three matrices: check, label, split, then fit the recipe to the training part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lambda_fn.scoring.columns import Columns, Layout
from lambda_fn.scoring.features import FeaturePlan
from lambda_fn.scoring.manifest import DataFingerprint
from lambda_fn.scoring.recipe import DateInput, Recipe
from training import fit, label, load
from training.checks import Report, check
from training.recipes import shopper
from training.split import Split, split

Labels = NDArray[np.int8]
Matrix = NDArray[np.float32]
Say = Callable[[str], None]


@dataclass(frozen=True)
class DataOptions:
    """Which rows to learn from and what to learn.

    ``as_of``: the day that recency counts to; the newest date of the data when absent, so that a rerun on the same data
    gives the same model.
    """

    path: Path
    country: str = "USA"
    threshold_percent: float = label.THRESHOLD_PERCENT
    label_unit: label.Unit = "auto"
    as_of: dt.date | None = None
    strict: bool = False
    allow_imbalance: bool = False
    recipe: Recipe = field(default=shopper.RECIPE)
    label_column: str = shopper.LABEL_COLUMN


def evenly(rows: int, most: int) -> NDArray[np.intp]:
    """Return at most ``most`` row numbers of ``rows``, evenly spaced: a file may be sorted by something."""
    return np.linspace(0, rows - 1, min(rows, most)).astype(np.intp)


@dataclass(frozen=True)
class Part:
    """One part of the split: the model's matrix and the labels."""

    matrix: Matrix
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def at_most(self, rows: int) -> Part:
        """Return this part, or evenly spaced rows of it where it has more."""
        if len(self) <= rows:
            return self
        chosen = evenly(len(self), rows)
        return Part(self.matrix[chosen], self.labels[chosen])


@dataclass(frozen=True)
class Prepared:
    """Everything that training learns from, and how it came about."""

    options: DataOptions
    report: Report
    fingerprint: DataFingerprint
    label_unit: str
    as_of: dt.date
    recipe: Recipe
    plan: FeaturePlan
    split: Split
    train: Part
    validation: Part
    holdout: Part

    @property
    def layout(self) -> Layout:
        """Return the layout of the fitted recipe's inputs."""
        return self.plan.layout

    def table(self, rows: NDArray[np.intp]) -> pd.DataFrame:
        """Return the raw values of some rows."""
        return self.report.usable.iloc[rows]

    def columns(self, rows: NDArray[np.intp]) -> Columns:
        """Return some rows as the scoring core's columns, before imputation."""
        return fit.to_columns(self.layout, self.table(rows))

    def positive_shares(self) -> dict[str, float]:
        """Return the share of positive labels in each part."""
        parts = {"train": self.train, "validation": self.validation, "holdout": self.holdout}
        return {name: float(part.labels.mean()) for name, part in parts.items()}


def prepare(options: DataOptions, say: Say = lambda _: None, progress: load.Progress | None = None) -> Prepared:
    """Read, check, label, split and featurise; raise DataRefused where the data cannot be trained on."""
    dataset = load.read(options.path, options.recipe, options.label_column, options.country, progress)
    say(f"read {len(dataset.table):,} rows of {options.path.name} (country {options.country})")
    report = check(dataset, options.recipe, options.label_column, options.as_of)
    report.raise_errors(strict=options.strict)
    table = report.usable
    rates = table[options.label_column].to_numpy(dtype=np.float64)
    percent, unit = label.in_percent(rates, options.label_unit, options.label_column)
    labels = label.binarise(percent, options.threshold_percent)
    label.check_balance(labels, options.threshold_percent, allow_imbalance=options.allow_imbalance)
    parts = split(table["user_id"])
    as_of = options.as_of or _newest(table, options.recipe)
    recipe = fit.fit(options.recipe, table.iloc[parts.train], as_of)
    plan = FeaturePlan(recipe)

    def part(rows: NDArray[np.intp]) -> Part:
        return Part(featurise(plan, fit.to_columns(plan.layout, table.iloc[rows]), as_of), labels[rows])

    return Prepared(
        options=options,
        report=report,
        fingerprint=dataset.fingerprint,
        label_unit=unit,
        as_of=as_of,
        recipe=recipe,
        plan=plan,
        split=parts,
        train=part(parts.train),
        validation=part(parts.validation),
        holdout=part(parts.holdout),
    )


def featurise(plan: FeaturePlan, columns: Columns, as_of: dt.date) -> Matrix:
    """Return the model's matrix of raw columns, block by block: the float64 work array of a million rows is large."""
    block = 100_000
    matrix = np.empty((len(columns), len(plan.feature_names)), dtype=np.float32)
    for start in range(0, len(columns), block):
        rows = np.arange(start, min(start + block, len(columns)))
        complete, _ = plan.layout.complete(columns.take(rows))
        matrix[rows] = plan.matrix(complete, plan.values(complete, as_of))
    return matrix


def _newest(table: pd.DataFrame, recipe: Recipe) -> dt.date:
    days = [table[item.name].max() for item in recipe.inputs if isinstance(item, DateInput)]
    return fit.EPOCH + dt.timedelta(days=int(np.nanmax(days))) if days else fit.EPOCH
