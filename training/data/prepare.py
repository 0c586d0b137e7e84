"""From a CSV to three matrices: check, label, split, then fit the recipe to the training part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lambda_fn.scoring.columns import Columns, Layout
from lambda_fn.scoring.features import FeaturePlan
from lambda_fn.scoring.imputation import Imputer
from lambda_fn.scoring.manifest import DataFingerprint
from lambda_fn.scoring.recipe import DateInput, Recipe
from training.data import fit_recipe, label, load
from training.data.checks import Report, check
from training.data.split import Split, split
from training.shops import shopper

NEARLY_ALL: Final = 0.999  # of the dates
FARTHEST_DAYS: Final = 90  # of a plausible date after nearly all the others

Labels = NDArray[np.int8]
Matrix = NDArray[np.float32]
Say = Callable[[str], None]


@dataclass(frozen=True)
class DataOptions:
    """Which rows to learn from and what to learn.

    ``as_of``: the day that recency counts to; the newest plausible date of the data when absent, so that a rerun on the
    same data gives the same model.
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
        return fit_recipe.to_columns(self.layout, self.table(rows))

    def positive_shares(self) -> dict[str, float]:
        """Return the share of positive labels in each part."""
        parts = {"train": self.train, "validation": self.validation, "holdout": self.holdout}
        return {name: float(part.labels.mean()) for name, part in parts.items()}


def prepare(options: DataOptions, say: Say = lambda _: None, progress: load.Progress | None = None) -> Prepared:
    """Read, check, label, split and featurise; raise DataRefused where the data cannot be trained on."""
    dataset, report = read_and_check(options, say, progress)
    report.raise_errors(strict=options.strict)
    return learn_from(options, dataset, report, say)


def read_and_check(
    options: DataOptions, say: Say = lambda _: None, progress: load.Progress | None = None
) -> tuple[load.Dataset, Report]:
    """Read the rows and look at them; raise DataRefused where they cannot be read."""
    dataset = load.read(options.path, options.recipe, options.label_column, options.country, progress)
    say(f"read {len(dataset.table):,} rows of {options.path.name} (country {options.country})")
    if dataset.left_out:
        say(f"left out {dataset.left_out:,} rows of other countries; --country all keeps them")
    return dataset, check(dataset, options.recipe, options.label_column, options.as_of)


def learn_from(options: DataOptions, dataset: load.Dataset, report: Report, say: Say = lambda _: None) -> Prepared:
    """Label, split and featurise checked rows; raise DataRefused where the label or a column cannot be used."""
    table = report.usable
    rates = table[options.label_column].to_numpy(dtype=np.float64)
    percent, unit = label.in_percent(rates, options.label_unit, options.label_column)
    labels = label.binarise(percent, options.threshold_percent)
    label.check_balance(labels, options.threshold_percent, allow_imbalance=options.allow_imbalance)
    say(
        f"label: {options.label_column}, read as {unit}, is at least {options.threshold_percent:g} % for "
        f"{labels.mean():.1%} of the shoppers"
    )
    parts = split(table["user_id"])
    as_of = options.as_of or newest_date(table, options.recipe, say)
    recipe = fit_recipe.fit(options.recipe, table.iloc[parts.train], as_of)
    plan = FeaturePlan(recipe)

    def part(rows: NDArray[np.intp]) -> Part:
        return Part(featurise(plan, fit_recipe.to_columns(plan.layout, table.iloc[rows]), as_of), labels[rows])

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
    imputer = Imputer(plan.layout)
    matrix = np.empty((len(columns), len(plan.feature_names)), dtype=np.float32)
    for start in range(0, len(columns), block):
        rows = np.arange(start, min(start + block, len(columns)))
        complete, _ = imputer.complete(columns.take(rows))
        matrix[rows] = plan.matrix(complete, plan.values(complete, as_of))
    return matrix


def newest_date(table: pd.DataFrame, recipe: Recipe, say: Say = lambda _: None) -> dt.date:
    """Return the newest date of the data that lies within FARTHEST_DAYS of nearly all the others, and say which.

    One mistyped year would otherwise move everybody's recency; a date of the data, and never today, because the same
    data must give the same model on any day.
    """
    columns = [table[item.name].to_numpy(dtype=np.float64) for item in recipe.inputs if isinstance(item, DateInput)]
    days = np.concatenate([np.empty(0), *columns])
    days = days[~np.isnan(days)]
    if not days.size:
        return fit_recipe.EPOCH
    plausible = days <= np.quantile(days, NEARLY_ALL, method="lower") + FARTHEST_DAYS
    newest = fit_recipe.EPOCH + dt.timedelta(days=int(days[plausible].max()))
    later = np.count_nonzero(~plausible)
    latest = fit_recipe.EPOCH + dt.timedelta(days=int(days.max()))
    apart = f"; {later:,} later, up to {latest}, taken for slips" if later else ""
    say(f"recency counts to {newest}, the newest date of the data{apart} (--as-of sets another day)")
    return newest
