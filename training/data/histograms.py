"""What the training rows looked like, input by input: the yardstick for drift."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Codes, Floats
from lambda_fn.scoring.artefact.manifest import CategoryHistogram, Histogram, NumberHistogram
from lambda_fn.scoring.columns import MISSING, UNKNOWN, Columns, Layout
from lambda_fn.scoring.drift import drift_values

BINS: Final = 15


def histograms(layout: Layout, columns: Columns, as_of: dt.date) -> dict[str, Histogram]:
    """Return one histogram an input (``columns`` before imputation); rows without a value are counted beside the bins.

    Numbers fall in quantile bins. Every edge is a value that occurs, so no bin is empty in training.
    """
    numeric = {name: _number(values) for name, values in drift_values(columns, layout, as_of).items()}
    categorical = {
        field.name: _category(columns.codes[:, i], len(field.categories)) for i, field in enumerate(layout.categorical)
    }
    return {**numeric, **categorical}


def _number(values: Floats) -> Histogram:
    present = values[~np.isnan(values)]
    quantiles = np.quantile(present, np.arange(1, BINS) / BINS, method="inverted_cdf")
    edges = np.unique(quantiles)
    edges = edges[edges < present.max()]  # the last bin holds what lies above the last edge
    bins = np.searchsorted(edges, present, side="left")  # edges[i-1] < x <= edges[i]
    counts = np.bincount(bins, minlength=len(edges) + 1)
    return NumberHistogram(
        edges=tuple(edges.tolist()), counts=tuple(counts.tolist()), missing=len(values) - len(present)
    )


def _category(codes: Codes, categories: int) -> Histogram:
    known = codes[codes >= 0]
    counts = np.bincount(known, minlength=categories)
    return CategoryHistogram(
        counts=tuple(counts.tolist()), other=int((codes == UNKNOWN).sum()), missing=int((codes == MISSING).sum())
    )
