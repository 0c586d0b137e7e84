"""Fit a recipe: learn stand-ins, ranges, edges and categories, from the training part only."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.artefact.recipe import (
    Bin,
    CategoryInput,
    DateInput,
    FlagInput,
    InputField,
    MinMax,
    NumberInput,
    OneHot,
    Passthrough,
    Recipe,
    Step,
)
from lambda_fn.scoring.columns import Columns, Layout
from lambda_fn.scoring.features import FeaturePlan
from lambda_fn.scoring.imputation import Imputer
from training.data.columns import to_columns
from training.data.recency import EPOCH
from training.errors import DataRefused

MOST_CATEGORIES: Final = 50


def fit(recipe: Recipe, train: pd.DataFrame, as_of: dt.date) -> Recipe:
    """Return the recipe fitted to the rows of ``train``; recency counts to ``as_of``."""
    inputs = tuple(_fit_input(field, train[field.name]) for field in recipe.inputs)
    categories = {field.name: field.categories for field in inputs if isinstance(field, CategoryInput)}
    columns = to_columns(Layout(recipe.model_copy(update={"inputs": inputs})), train)
    steps: list[Step] = []
    for step in recipe.steps:
        if isinstance(step, OneHot) and step.categories is None:
            steps.append(step.model_copy(update={"categories": categories[step.source]}))
        elif isinstance(step, MinMax) and (step.low is None or step.high is None):
            values = _values(recipe, inputs, steps, step.source, columns, as_of)
            steps.append(step.model_copy(update={"low": float(values.min()), "high": float(values.max())}))
        elif isinstance(step, Bin) and step.edges is None:
            values = _values(recipe, inputs, steps, step.source, columns, as_of)
            edges = np.quantile(values, step.edge_quantiles or (), method="inverted_cdf")
            steps.append(step.model_copy(update={"edges": tuple(edges.tolist())}))
        else:
            steps.append(step)
    return Recipe(inputs=inputs, steps=tuple(steps), leakage=recipe.leakage, last_offer=recipe.last_offer)


def _fit_input(field: InputField, column: pd.Series) -> InputField:
    present = column.dropna()
    if present.empty:
        raise DataRefused(f"column {field.name!r} has no values in the training part")
    if isinstance(field, CategoryInput):
        return _fit_category(field, present)
    if isinstance(field, FlagInput):
        return field.model_copy(update={"default": int(present.mean() >= 0.5)})
    middle = float(np.quantile(present.to_numpy(dtype=np.float64), 0.5, method="inverted_cdf"))
    if isinstance(field, DateInput):
        return field.model_copy(update={"default": EPOCH + dt.timedelta(days=int(middle))})
    return NumberInput.model_validate(
        field.model_dump()
        | {"default": middle, "observed_low": float(present.min()), "observed_high": float(present.max())}
    )


def _fit_category(field: CategoryInput, present: pd.Series) -> CategoryInput:
    counts = present.value_counts()
    counts = counts[counts > 0]
    seen = sorted(str(name) for name in counts.index)
    categories = field.categories or tuple(seen)
    if len(categories) > MOST_CATEGORIES:
        raise DataRefused(
            f"column {field.name!r} has {len(categories)} different texts, more than {MOST_CATEGORIES}: it looks like "
            "an identifier or free text; leave it out of the recipe"
        )
    known = [name for name in categories if name in counts.index]
    if not known:
        raise DataRefused(f"column {field.name!r} has none of its known texts {', '.join(categories)}")
    mode = max(known, key=lambda name: counts[name])
    return field.model_copy(update={"categories": categories, "default": mode})


def _values(
    recipe: Recipe,
    inputs: tuple[InputField, ...],
    steps: list[Step],
    source: str,
    columns: Columns,
    as_of: dt.date,
) -> Floats:
    """Return a source's values on the training rows, computed by the steps fitted so far."""
    probe = Passthrough(name="value to fit", source=source)
    plan = FeaturePlan(Recipe(inputs=inputs, steps=(*steps, probe), leakage=recipe.leakage))
    complete, _ = Imputer(plan.layout).complete(columns)
    return np.asarray(plan.values(complete, as_of)[plan.slots[probe.name]])
