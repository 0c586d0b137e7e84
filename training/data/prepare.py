"""From a CSV to three matrices: read, check, label, split, then fit the recipe to the training part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from lambda_fn.csv_io.header import LacksColumns
from lambda_fn.scoring.arrays import Indices
from lambda_fn.scoring.artefact.recipe import InputField
from lambda_fn.scoring.features import FeaturePlan
from training.data import fit_recipe, label
from training.data.checks import Report, check
from training.data.columns import featurise, to_columns
from training.data.load import ID, Dataset, read
from training.data.options import DataOptions, Progress, Say
from training.data.prepared import Part, Prepared
from training.data.recency import newest_date
from training.data.split import Split, split
from training.errors import DataRefused
from training.shops.yaml_lines import parse_yaml

_MOST_LINES: Final = 5  # of the shop file, where a table lacks columns


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
    dataset = _read(options, progress, also)
    rows = options.shop.table.rows
    kept = " and ".join(f"{name} {' or '.join(values)}" for name, values in rows.items())
    say(f"read {len(dataset.table):,} rows of {options.path.name}{f' ({kept})' if kept else ''}")
    if dataset.left_out:
        say(f"left out {dataset.left_out:,} rows that are not {kept}; --country all keeps every country")
    return dataset


def _read(options: DataOptions, progress: Progress | None, also: Iterable[InputField]) -> Dataset:
    try:
        return read(options.path, options.source, progress, also)
    except DataRefused as error:
        if options.shop_file is None or not isinstance(error.__cause__, LacksColumns):
            raise
        document = parse_yaml(options.shop_file.read_text(encoding="utf-8-sig"), str(options.shop_file))
        named = [
            f"{document.source}, line {line}, names {column}"
            for column in error.__cause__.columns
            if (line := document.line_of_text(column)) is not None
        ]
        more = f" (and {len(named) - _MOST_LINES} more)" if len(named) > _MOST_LINES else ""
        raise DataRefused("; ".join([str(error), *named[:_MOST_LINES]]) + more) from error


def check_rows(options: DataOptions, dataset: Dataset) -> Report:
    """Return what is wrong with the rows that were read."""
    return check(dataset, options.shop, options.fixed_as_of)


def prepare_rows(options: DataOptions, dataset: Dataset, say: Say = lambda _: None) -> Prepared:
    """Check, label, split and featurise rows that were read; raise DataRefused where they cannot be trained on."""
    report = check_rows(options, dataset)
    report.raise_errors(strict=options.strict)
    return learn_from(options, dataset, report, say)


def learn_from(
    options: DataOptions, dataset: Dataset, report: Report, say: Say = lambda _: None, parts: Split | None = None
) -> Prepared:
    """Label, split and featurise checked rows; raise DataRefused where the label or a column cannot be used.

    ``parts``: the split; by the ids when absent.
    """
    table = report.usable
    read_as = label.labels_of(options.label, table[options.label.column].to_numpy(dtype=np.float64))
    labels = read_as.values
    warning = label.check_balance(labels, options.label, allow_imbalance=options.allow_imbalance)
    say(f"label: {options.label}, read as {read_as.unit}: {labels.mean():.1%} of the carts are abandoned")
    if warning:
        say(f"warning: label: {warning}")
    parts = parts or split(table[ID])
    if options.source.id_column is None:
        say("split by the position in the file, as no column is the id: rows of one shopper may lie in two parts")
    as_of = options.fixed_as_of or newest_date(table, options.recipe, say)
    recipe = fit_recipe.fit(options.recipe, table.iloc[parts.train], as_of)
    plan = FeaturePlan(recipe)

    def part(rows: Indices) -> Part:
        return Part(featurise(plan, to_columns(plan.layout, table.iloc[rows]), as_of), labels[rows])

    return Prepared(
        options=options,
        report=report,
        fingerprint=dataset.fingerprint,
        label_unit=read_as.unit,
        as_of=as_of,
        recipe=recipe,
        plan=plan,
        split=parts,
        train=part(parts.train),
        validation=part(parts.validation),
        holdout=part(parts.holdout),
    )
