"""Which rows to learn from, and how the long steps report on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lambda_fn.scoring.recipe import Recipe
from training.data import label
from training.shops import shopper

ALL_COUNTRIES: Final = "all"

Say = Callable[[str], None]  # gets one line for the user
Progress = Callable[[int], None]  # gets the number of rows read so far


@dataclass(frozen=True)
class DataOptions:
    """Which rows to learn from and what to learn.

    ``path``: a CSV, packed with gzip where its name ends in ``.gz``.
    ``country``: keep the rows of this country only, or ALL_COUNTRIES.
    ``threshold_percent``: the rate, in percent, from which the label is 1.
    ``label_unit``: the unit of the rate column.
    ``as_of``: the day that recency counts to. When absent, the newest plausible date of the data: a rerun on the same
    data gives the same model.
    ``strict``: treat warnings about the data as errors.
    ``allow_imbalance``: accept a label with a small minority class.
    ``recipe``: the inputs and features, not fitted yet.
    ``label_column``: the rate column.
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
