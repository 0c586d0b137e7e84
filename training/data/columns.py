"""From a table to the scoring core's columns, and from those to the model's matrix."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Codes, Matrix
from lambda_fn.scoring.artefact.manifest import Missing
from lambda_fn.scoring.columns import MISSING, UNKNOWN, Columns, Layout
from lambda_fn.scoring.features import FeaturePlan
from lambda_fn.scoring.imputation import Imputer

BLOCK_ROWS: Final = 100_000  # featurised at a time: the float64 work array of a million rows is large


def to_columns(layout: Layout, table: pd.DataFrame) -> Columns:
    """Lay a table out as the scoring core's columns; a category unknown to the layout gets UNKNOWN."""
    numbers = np.empty((len(table), len(layout.numeric)))
    for i, name in enumerate(layout.numeric_names):
        numbers[:, i] = table[name].to_numpy(dtype=np.float64, na_value=np.nan)
    codes = np.empty((len(table), len(layout.categorical)), dtype=np.int32)
    for i, field in enumerate(layout.categorical):
        codes[:, i] = _codes(table[field.name], field.categories)
    return Columns(numbers, codes)


def featurise(plan: FeaturePlan, columns: Columns, as_of: dt.date, missing: Missing = "imputed") -> Matrix:
    """Return the model's matrix, float32 (n, features), of columns before imputation.

    ``missing``: what the model takes where an input is missing; with "value" the features of it are NaN.
    """
    matrix = np.empty((len(columns), len(plan.feature_names)), dtype=np.float32)
    imputer = Imputer(plan.layout, missing)
    for start in range(0, len(columns), BLOCK_ROWS):
        rows = np.arange(start, min(start + BLOCK_ROWS, len(columns)))
        complete, _ = imputer.complete(columns.take(rows))
        matrix[rows] = plan.matrix(complete, plan.values(complete, as_of))
    return matrix


def _codes(column: pd.Series, categories: tuple[str, ...]) -> Codes:
    known = {category: code for code, category in enumerate(categories)}
    table = np.array([*(known.get(str(name), UNKNOWN) for name in column.cat.categories), MISSING], dtype=np.int32)
    return np.asarray(table[column.cat.codes.to_numpy()])  # pandas gives a missing value the code -1, the last entry
