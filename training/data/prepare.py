"""From a CSV to three matrices: read, check, label, split, then fit the recipe to the training part."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from lambda_fn.scoring.arrays import Indices
from lambda_fn.scoring.features import FeaturePlan
from lambda_fn.scoring.recipe import InputField
from training.data import fit_recipe, label
from training.data.checks import Report, check
from training.data.columns import featurise, to_columns
from training.data.load import Dataset, read
from training.data.options import DataOptions, Progress, Say
from training.data.prepared import Part, Prepared
from training.data.recency import newest_date
from training.data.split import split


def prepare(options: DataOptions, say: Say = lambda _: None, progress: Progress | None = None) -> Prepared:
    """Read, check, label, split and featurise; raise DataRefused where the data cannot be trained on."""
    return prepare_rows(options, read_rows(options, say, progress), say)


def read_rows(
    options: DataOptions,
    say: Say = lambda _: None,
    progress: Progress | None = None,
    also: Iterable[InputField] = (),
) -> Dataset:
    """Read the rows; raise DataRefused where they cannot be read.

    ``also``: inputs of another recipe, read in the same pass where the file has them.
    """
    dataset = read(options.path, options.recipe, options.label_column, options.country, progress, also)
    say(f"read {len(dataset.table):,} rows of {options.path.name} (country {options.country})")
    if dataset.left_out:
        say(f"left out {dataset.left_out:,} rows of other countries; --country all keeps them")
    return dataset


def check_rows(options: DataOptions, dataset: Dataset) -> Report:
    """Return what is wrong with the rows that were read."""
    return check(dataset, options.recipe, options.label_column, options.as_of)


def prepare_rows(options: DataOptions, dataset: Dataset, say: Say = lambda _: None) -> Prepared:
    """Check, label, split and featurise rows that were read; raise DataRefused where they cannot be trained on."""
    report = check_rows(options, dataset)
    report.raise_errors(strict=options.strict)
    return learn_from(options, dataset, report, say)


def learn_from(options: DataOptions, dataset: Dataset, report: Report, say: Say = lambda _: None) -> Prepared:
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

    def part(rows: Indices) -> Part:
        return Part(featurise(plan, to_columns(plan.layout, table.iloc[rows]), as_of), labels[rows])

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
