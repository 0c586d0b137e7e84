"""What training learns from: three matrices with their labels, and how they came about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Indices, Labels, Matrix
from lambda_fn.scoring.artefact.manifest import DataFingerprint
from lambda_fn.scoring.artefact.recipe import Recipe
from lambda_fn.scoring.columns import Columns, Layout
from lambda_fn.scoring.features import FeaturePlan
from training.data.checks import Report
from training.data.columns import to_columns
from training.data.options import DataOptions
from training.data.split import Split


def evenly(rows: int, most: int) -> Indices:
    """Return at most ``most`` row numbers of ``rows``, evenly spaced: a file may be sorted by something."""
    return np.linspace(0, rows - 1, min(rows, most)).astype(np.intp)


@dataclass(frozen=True)
class Part:
    """One part of the split.

    ``matrix``: the model's features, float32 (n, features).
    ``labels``: int8 (n,), 1 where the shopper abandons.
    """

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
    """Everything that training learns from, and how it came about.

    ``report``: what the checks found, with the usable rows.
    ``label_unit``: the unit that the rate column was read in.
    ``as_of``: the day that recency counts to.
    ``recipe``, ``plan``: fitted to the training part.
    ``split``: row numbers of the usable rows.
    """

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

    def table(self, rows: Indices) -> pd.DataFrame:
        """Return the raw values of some rows."""
        return self.report.usable.iloc[rows]

    def columns(self, rows: Indices) -> Columns:
        """Return some rows as the scoring core's columns, before imputation."""
        return to_columns(self.layout, self.table(rows))

    def positive_shares(self) -> dict[str, float]:
        """Return the share of positive labels in each part."""
        parts = {"train": self.train, "validation": self.validation, "holdout": self.holdout}
        return {name: float(part.labels.mean()) for name, part in parts.items()}
