"""Input drift: how far the inputs of a file are from those the model was trained on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from pydantic import Field

from lambda_fn.scoring.arrays import Codes, Floats, Integers
from lambda_fn.scoring.artefact.manifest import CategoryHistogram, Histogram, NumberHistogram
from lambda_fn.scoring.artefact.recipe import DateInput
from lambda_fn.scoring.columns import UNKNOWN, Columns, Layout, days_since_epoch
from lambda_fn.scoring.frozen import Frozen

MINIMUM_ROWS: Final = 500  # with fewer, chance alone moves ten bins by about (10 - 1) / rows: 0.02 here, 0.2 at 45
SHARE_DECIMALS: Final = 6
_SMALLEST_SHARE: Final = 1e-4  # stands for an empty bin, whose logarithm has no value


class InputCounts(Frozen):
    """Values of one input, counted.

    counts: one per bin of the training histogram. The last bin of a category is "any other".
    missing: number of missing values.
    """

    counts: tuple[int, ...]
    missing: int = Field(default=0, ge=0)

    def __add__(self, other: InputCounts) -> InputCounts:
        counts = tuple(a + b for a, b in zip(self.counts, other.counts, strict=True))
        return InputCounts(counts=counts, missing=self.missing + other.missing)


def drift_values(columns: Columns, layout: Layout, as_of: dt.date) -> dict[str, Floats]:
    """Return the values of each numeric input that drift is judged by, each of shape (n,).

    A date counts as days before ``as_of``: the calendar moves on by itself, and that is no drift.
    """
    today = days_since_epoch(as_of)
    return {
        field.name: today - columns.numbers[:, slot] if isinstance(field, DateInput) else columns.numbers[:, slot]
        for slot, field in enumerate(layout.numeric)
    }


def count_inputs(
    columns: Columns, layout: Layout, histograms: Mapping[str, Histogram], as_of: dt.date
) -> dict[str, InputCounts]:
    """Count the values of every input that has a training histogram, before anything is imputed or clipped."""
    counted: dict[str, InputCounts] = {}
    for name, values in drift_values(columns, layout, as_of).items():
        if isinstance(histogram := histograms.get(name), NumberHistogram):
            counted[name] = _count_numbers(values, histogram)
    for slot, name in enumerate(layout.category_names):
        if isinstance(histogram := histograms.get(name), CategoryHistogram):
            counted[name] = _count_codes(columns.codes[:, slot], histogram)
    return counted


def add_counts(parts: Iterable[Mapping[str, InputCounts]]) -> dict[str, InputCounts]:
    """Add up the counts of the parts of a file."""
    total: dict[str, InputCounts] = {}
    for part in parts:
        for name, counts in part.items():
            total[name] = total[name] + counts if name in total else counts
    return total


def stability_indices(counted: Mapping[str, InputCounts], histograms: Mapping[str, Histogram]) -> dict[str, float]:
    """Return the population stability index of each input, largest first.

    An input with fewer than MINIMUM_ROWS values is left out.

    >>> from lambda_fn.scoring.artefact.manifest import NumberHistogram
    >>> trained = {"age": NumberHistogram(edges=(40.0,), counts=(500, 500))}
    >>> stability_indices({"age": InputCounts(counts=(500, 500))}, trained)
    {'age': 0.0}
    >>> round(stability_indices({"age": InputCounts(counts=(800, 200))}, trained)["age"], 3)
    0.416
    """
    indices = {
        name: stability_index(_expected(histograms[name]), np.array(counts.counts))
        for name, counts in counted.items()
        if sum(counts.counts) >= MINIMUM_ROWS
    }
    return dict(sorted(indices.items(), key=lambda item: (-item[1], item[0])))


def missing_in_training(histogram: Histogram) -> float | None:
    """Return the share of training rows without a value of an input; None where its manifest does not say."""
    if histogram.missing is None:
        return None
    return histogram.missing / max(histogram.rows + histogram.missing, 1)


def rises_in_blanks(counted: Mapping[str, InputCounts], histograms: Mapping[str, Histogram]) -> dict[str, float]:
    """Return by how much the share of missing values of each input exceeds that in training, the largest rise first.

    An input with fewer than MINIMUM_ROWS rows is left out, and so is one of which the manifest does not say how often
    it was missing in training. The population stability index sees none of this: it compares the values that are there.

    >>> from lambda_fn.scoring.artefact.manifest import NumberHistogram
    >>> trained = {"age": NumberHistogram(edges=(40.0,), counts=(450, 450), missing=100)}
    >>> rises_in_blanks({"age": InputCounts(counts=(300, 300), missing=400)}, trained)
    {'age': 0.3}
    """
    rises = {}
    for name, counts in counted.items():
        rows, before = sum(counts.counts) + counts.missing, missing_in_training(histograms[name])
        if rows >= MINIMUM_ROWS and before is not None:
            rises[name] = round(counts.missing / rows - before, SHARE_DECIMALS)
    return dict(sorted(rises.items(), key=lambda item: (-item[1], item[0])))


def stability_index(expected: Integers, actual: Integers) -> float:
    """Return the population stability index, ``sum((a - e) * ln(a / e))`` over the shares of bins.

    It is 0 for equal distributions.

    Below 0.1 a population counts as stable, above 0.2 as changed (Siddiqi, Credit Risk Scorecards, 2006).
    """
    e, a = (np.maximum(counts / max(counts.sum(), 1), _SMALLEST_SHARE) for counts in (expected, actual))
    return float(((a - e) * np.log(a / e)).sum())


def _expected(histogram: Histogram) -> Integers:
    if isinstance(histogram, CategoryHistogram):
        return np.array([*histogram.counts, histogram.other])
    return np.array(histogram.counts)


def _count_numbers(values: Floats, histogram: NumberHistogram) -> InputCounts:
    # Counting one comparison after another is several times faster than searching each value's bin.
    present = len(values) - int(np.count_nonzero(np.isnan(values)))
    up_to = [int(np.count_nonzero(values <= edge)) for edge in histogram.edges]
    counts = np.diff([0, *up_to, present]).tolist()
    return InputCounts(counts=tuple(counts), missing=len(values) - present)


def _count_codes(codes: Codes, histogram: CategoryHistogram) -> InputCounts:
    unknown, missing, *known = np.bincount(codes - UNKNOWN, minlength=len(histogram.counts) - UNKNOWN).tolist()
    return InputCounts(counts=(*known, unknown), missing=missing)
