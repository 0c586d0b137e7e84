"""How the model does for different people: F1 and flag rate by gender, age band, income band and device."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Floats, Labels
from training.models.metrics import Ranking
from training.shops import shop

SMALLEST_GROUP: Final = 100  # rows; the F1 of fewer says nothing


@dataclass(frozen=True)
class Slice:
    """The metrics of one group of the holdout.

    ``by``: the column that tells the groups apart.
    ``group``: its value or band.
    ``rows``: the size of the group.
    ``positive_share``: of its labels.
    ``flag_rate``: the share that is predicted to abandon.
    """

    by: str
    group: str
    rows: int
    positive_share: float
    flag_rate: float
    f1: float


@dataclass(frozen=True)
class Gap:
    """The largest difference of one metric between two groups of one kind."""

    metric: str
    by: str
    highest: str
    lowest: str
    difference: float

    def __str__(self) -> str:
        return f"{self.metric} differs most by {self.by}: {self.highest} exceeds {self.lowest} by {self.difference:.3f}"


def slices(
    table: pd.DataFrame, wanted: Iterable[shop.Slice], labels: Labels, p: Floats, threshold: float
) -> list[Slice]:
    """Return the metrics of each group of at least SMALLEST_GROUP rows; a column that is no input has none."""
    found = []
    for each in wanted:
        name = each.column
        if name not in table.columns:
            continue
        groups = _groups(table[name], each.bands)
        for group in groups.cat.categories:
            rows = (groups == group).to_numpy()
            if rows.sum() >= SMALLEST_GROUP:
                found.append(slice_metrics(name, str(group), labels[rows], p[rows], threshold))
    return found


def largest_gaps(found: list[Slice]) -> list[Gap]:
    """Return the largest gap of F1 and the largest gap of the flag rate; none where no kind has two groups."""
    gaps = []
    for metric in ("f1", "flag_rate"):
        candidates = []
        for by in dict.fromkeys(item.by for item in found):
            group = sorted((item for item in found if item.by == by), key=lambda item: float(getattr(item, metric)))
            low, high = group[0], group[-1]
            candidates.append(Gap(metric, by, high.group, low.group, getattr(high, metric) - getattr(low, metric)))
        if candidates:
            gaps.append(max(candidates, key=lambda gap: gap.difference))
    return gaps


def as_rows(found: list[Slice]) -> list[dict[str, object]]:
    """Return the slices as JSON."""
    return [asdict(item) for item in found]


def slice_metrics(by: str, group: str, labels: Labels, p: Floats, threshold: float) -> Slice:
    """Return the metrics of one group's rows."""
    f1 = Ranking(labels, p, threshold).metrics()["f1"]
    return Slice(by, group, len(labels), float(labels.mean()), float((p >= threshold).mean()), f1)


def _groups(values: pd.Series, ends: Sequence[float]) -> pd.Series:
    """Return each row's group: its value, or its band. ``ends``: inclusive upper ends of all bands but the last."""
    if not ends:
        return values.astype("category")
    labels = [f"up to {ends[0]:,.12g}"]
    labels += [f"{low + 1:,.12g}-{high:,.12g}" for low, high in pairwise(ends)]
    labels += [f"over {ends[-1]:,.12g}"]
    return pd.cut(values, [-np.inf, *ends, np.inf], labels=labels)
