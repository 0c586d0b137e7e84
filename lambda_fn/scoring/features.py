"""Columns -> the model's matrix, driven by the recipe alone.

A step whose source is missing is missing itself (NaN), with one exception: a ratio over a known 0 is 0.
The columns of a one-hot step are all 0 where the category is missing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, Final

import numpy as np

from lambda_fn.scoring.arrays import Codes, Floats, Indices, Matrix
from lambda_fn.scoring.artefact.recipe import OneHot, Recipe, Step
from lambda_fn.scoring.columns import Columns, Layout, days_since_epoch
from lambda_fn.scoring.errors import RecipeError

Work = Floats  # (values, n): one row per named value, so that a step reads and writes contiguous memory
FEATURE_LIMIT: Final = 1e9  # a ratio has no bound, and a float32 network fed with far more could answer inf - inf
_TURNED_AT_ONCE: Final = 256  # rows that are turned from columns while they stay in the processor's first-level cache
Run = Callable[[Work, Codes, float], None]


class FeaturePlan:
    """A fitted recipe compiled for repeated use.

    Steps of one operation that do not depend on each other run as one array operation.
    A single record then costs about as many numpy calls as there are groups of steps.

    >>> from lambda_fn.scoring.columns import Layout
    >>> from lambda_fn.scoring.imputation import Imputer
    >>> from tests import factories
    >>> plan = FeaturePlan(factories.recipe())
    >>> record = Imputer(plan.layout).defaults()
    >>> work = plan.values(record, factories.AS_OF)
    >>> float(work[plan.slots["recency_days"]][0])  # from the default date, 2026-06-01, to 2026-06-30
    29.0
    >>> plan.matrix(record, work).shape == (1, len(plan.feature_names))
    True
    """

    def __init__(self, recipe: Recipe, layout: Layout | None = None) -> None:
        if unfitted := list(recipe.unfitted()):
            raise RecipeError(f"fit the recipe first; no training values for {', '.join(unfitted)}")
        self.layout = layout or Layout(recipe)
        self.feature_names = recipe.feature_names
        groups = _independent_groups(step for step in recipe.steps if step.op != "one_hot")
        names = (*self.layout.numeric_names, *(step.name for _, group in groups for step in group))
        self.slots = {name: slot for slot, name in enumerate(names)}
        self._categories = {name: i for i, name in enumerate(self.layout.category_names)}
        self._runs = [self._compile(op, group) for op, group in groups]
        self._place_features(recipe)

    def _place_features(self, recipe: Recipe) -> None:
        column = 0
        scalar_columns, scalar_slots, offsets, inputs = [], [], [], []
        for step in recipe.steps:
            if not step.feature:
                continue
            if isinstance(step, OneHot):
                self._check_categories(step)
                offsets.append(column)
                inputs.append(self._categories[step.source])
            else:
                scalar_columns.append(column)
                scalar_slots.append(self.slots[step.name])
            column += len(step.columns)
        self._scalar_columns = np.array(scalar_columns, dtype=np.intp)
        self._scalar_slots = np.array(scalar_slots, dtype=np.intp)
        self._one_hot_offsets = np.array(offsets, dtype=np.intp)
        self._one_hot_inputs = np.array(inputs, dtype=np.intp)

    def _check_categories(self, step: OneHot) -> None:
        known = self.layout.categorical[self._categories[step.source]].categories
        if step.categories != known:
            raise RecipeError(f"step {step.name!r} must list the categories of {step.source!r}: {', '.join(known)}")

    def values(self, columns: Columns, as_of: dt.date) -> Work:
        """Return every numeric input and scalar step, float64 (values, n); ``slots`` gives each name's row.

        A missing input is NaN, and so is every step that reads it.
        """
        inputs = columns.numbers.T
        work = np.empty((len(self.slots), len(columns)))
        work[: len(inputs)] = inputs
        as_of_days = days_since_epoch(as_of)
        for run in self._runs:
            run(work, columns.codes, as_of_days)
        return work

    def matrix(self, columns: Columns, work: Work) -> Matrix:
        """Return the model's input, float32 (n, len(feature_names)), from the columns and their ``values``."""
        n = len(columns)
        matrix = np.zeros((n, len(self.feature_names)), dtype=np.float32)
        features = work[self._scalar_slots].T
        with np.errstate(over="ignore"):  # a product of limits overflows, and is clipped below
            for start in range(0, n, _TURNED_AT_ONCE):
                matrix[start : start + _TURNED_AT_ONCE, self._scalar_columns] = features[
                    start : start + _TURNED_AT_ONCE
                ]
        matrix.clip(-FEATURE_LIMIT, FEATURE_LIMIT, out=matrix)
        if self._one_hot_inputs.size:
            self._mark_categories(matrix, columns.codes[:, self._one_hot_inputs])
        return matrix

    def _mark_categories(self, matrix: Matrix, codes: Codes) -> None:
        """Set the column of each known category to 1; ``codes``: (n, one-hot steps)."""
        rows = np.arange(len(codes))[:, None]
        if codes.size and codes.min() < 0:  # 0, which is there already, into the step's first column
            matrix[rows, self._one_hot_offsets + np.maximum(codes, 0)] = codes >= 0
        else:
            matrix[rows, self._one_hot_offsets + codes] = 1.0

    def _compile(self, op: str, steps: list[Any]) -> Run:
        out = _span([self.slots[step.name] for step in steps])
        if op == "ordinal":
            return _ordinal(steps, out, self._categories, self.layout)
        return _BUILDERS[op](steps, out, self.slots)


def _independent_groups(steps: Iterable[Step]) -> list[tuple[str, list[Step]]]:
    """Order the steps into few groups, each of one operation and of steps that read only inputs or earlier groups.

    The next group is always the operation with the most steps whose sources are known.
    """
    pending = list(steps)
    groups: list[tuple[str, list[Step]]] = []
    while pending:
        waiting = {step.name for step in pending}
        ready = [step for step in pending if not waiting & set(step.sources)]
        op, _ = Counter(step.op for step in ready).most_common(1)[0]
        group = [step for step in ready if step.op == op]
        groups.append((op, group))
        pending = [step for step in pending if step not in group]
    return groups


def _span(slots: list[int]) -> slice:
    """Return the rows of a group: the steps of a group have neighbouring slots."""
    return slice(slots[0], slots[-1] + 1)


def _sources(steps: list[Any], slots: Mapping[str, int], attribute: str = "source") -> Indices:
    return np.array([slots[getattr(step, attribute)] for step in steps], dtype=np.intp)


def _passthrough(steps: list[Any], out: slice, slots: Mapping[str, int]) -> Run:
    source = _sources(steps, slots)

    def run(work: Work, _codes: Codes, _as_of: float) -> None:
        work[out] = work[source]

    return run


def _minmax(steps: list[Any], out: slice, slots: Mapping[str, int]) -> Run:
    source = _sources(steps, slots)
    low = np.array([[step.low] for step in steps])
    width = np.array([[step.high - step.low] for step in steps])
    scale = np.divide(1.0, width, out=np.zeros_like(width), where=width != 0)

    def run(work: Work, _codes: Codes, _as_of: float) -> None:
        work[out] = ((work[source] - low) * scale).clip(0.0, 1.0)

    return run


def _complement(steps: list[Any], out: slice, slots: Mapping[str, int]) -> Run:
    source = _sources(steps, slots)
    whole = np.array([[step.whole] for step in steps])

    def run(work: Work, _codes: Codes, _as_of: float) -> None:
        work[out] = whole - work[source]

    return run


def _inverse(steps: list[Any], out: slice, slots: Mapping[str, int]) -> Run:
    source = _sources(steps, slots)

    def run(work: Work, _codes: Codes, _as_of: float) -> None:
        work[out] = 1.0 / (1.0 + work[source])

    return run


def _ratio(steps: list[Any], out: slice, slots: Mapping[str, int]) -> Run:
    numerator = _sources(steps, slots, "numerator")
    denominator = _sources(steps, slots, "denominator")

    def run(work: Work, _codes: Codes, _as_of: float) -> None:
        below = work[denominator]
        with np.errstate(over="ignore"):  # cut at once: infinity times 0 is NaN
            quotient = np.divide(work[numerator], below, out=np.zeros_like(below), where=below != 0)
        work[out] = quotient.clip(-FEATURE_LIMIT, FEATURE_LIMIT)

    return run


def _mean(steps: list[Any], out: slice, slots: Mapping[str, int]) -> Run:
    rows = [[slots[name] for name in step.of] for step in steps]

    def run(work: Work, _codes: Codes, _as_of: float) -> None:
        for target, sources in enumerate(rows, start=out.start):
            work[target] = reduce(np.add, [work[source] for source in sources]) / len(sources)

    return run


def _product(steps: list[Any], out: slice, slots: Mapping[str, int]) -> Run:
    rows = [([slots[name] for name in step.of], step.factor) for step in steps]

    def run(work: Work, _codes: Codes, _as_of: float) -> None:
        for target, (sources, factor) in enumerate(rows, start=out.start):
            work[target] = reduce(np.multiply, [work[source] for source in sources]) * factor

    return run


def _bin(steps: list[Any], out: slice, slots: Mapping[str, int]) -> Run:
    rows = [(slots[step.source], np.array([*step.edges, np.inf]), _positions(len(step.edges) + 1)) for step in steps]

    def run(work: Work, _codes: Codes, _as_of: float) -> None:
        for target, (source, edges, positions) in enumerate(rows, start=out.start):
            work[target] = positions[edges.searchsorted(work[source], side="left")]  # NaN sorts after infinity

    return run


def _positions(count: int) -> Floats:
    """Return 0, 1, ... and NaN last: the answers to a look-up whose last entry stands for missing."""
    return np.append(np.arange(count, dtype=np.float64), np.nan)


def _days_since(steps: list[Any], out: slice, slots: Mapping[str, int]) -> Run:
    source = _sources(steps, slots)

    def run(work: Work, _codes: Codes, as_of: float) -> None:
        work[out] = np.maximum(as_of - work[source], 0.0)

    return run


def _ordinal(steps: list[Any], out: slice, categories: Mapping[str, int], layout: Layout) -> Run:
    tables = []
    for step in steps:
        known = layout.categorical[categories[step.source]].categories
        if missing := sorted(set(known) - set(step.order)):
            raise RecipeError(f"step {step.name!r} gives no position to {', '.join(missing)}")
        order = [float(step.order.index(category)) for category in known]
        tables.append((categories[step.source], np.array([*order, np.nan, np.nan])))  # UNKNOWN is -2, MISSING -1

    def run(work: Work, codes: Codes, _as_of: float) -> None:
        for target, (column, table) in enumerate(tables, start=out.start):
            work[target] = table[codes[:, column]]

    return run


_BUILDERS: dict[str, Callable[[list[Any], slice, Mapping[str, int]], Run]] = {
    "passthrough": _passthrough,
    "minmax": _minmax,
    "complement": _complement,
    "inverse": _inverse,
    "ratio": _ratio,
    "mean": _mean,
    "product": _product,
    "bin": _bin,
    "days_since": _days_since,
}
