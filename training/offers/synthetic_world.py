"""Worlds of twin shoppers for a model to decide about: their true risk is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.recipe import CategoryInput, DateInput, Recipe
from lambda_fn.scoring.service import Scorer
from training.data.columns import to_columns
from training.data.label import THRESHOLD_PERCENT
from training.data.recency import EPOCH
from training.errors import DataRefused
from training.offers.ground_truth import Outcome, make_world, play
from training.synthetic import twin
from training.synthetic.best_possible import posterior

TRUTHS: Final = (1.0, 0.75, 0.5, 0.25)  # true recovery rates as a share of the assumed ones


def worlds(model: Artefact, rows: int, seed: int, spread: float = 0.0) -> Iterator[tuple[float, Outcome]]:
    """Yield each of TRUTHS with what the model's policy earns in that world."""
    manifest = model.manifest
    scorer = Scorer(manifest, model.onnx)
    table = twin_table(manifest.recipe, rows, seed, manifest.data.country or twin.ALL_COUNTRIES)
    seen = scorer.score(to_columns(scorer.layout, table), manifest.as_of).signals
    true_risk = posterior(table, float(str(manifest.metrics.get("threshold_percent", THRESHOLD_PERCENT))))
    for truth in TRUTHS:
        world = make_world(manifest.policy, manifest.recipe, seen, true_risk, truth=truth, spread=spread, seed=seed)
        yield truth, play(manifest.policy, manifest.recipe, world)


def twin_table(recipe: Recipe, rows: int, seed: int, country: str) -> pd.DataFrame:
    """Return twin shoppers as a table of the recipe's inputs, without a CSV in between."""
    drawn = twin.generate(rows, seed, country)
    table = {}
    for field in recipe.inputs:
        if field.name not in drawn:
            raise DataRefused(f"the twin has no column {field.name!r}; this model cannot be played on it")
        values = drawn[field.name]
        if isinstance(field, CategoryInput):
            texts = twin.COLUMNS[field.name].texts()
            table[field.name] = pd.Series(pd.Categorical.from_codes(values, pd.Index(texts)))
        elif isinstance(field, DateInput):
            table[field.name] = pd.Series(values + (twin.FIRST_DATE - EPOCH).days)
        else:
            table[field.name] = pd.Series(values)
    for name in ("impulse_buying_score", "stress_from_financial_decisions"):
        table.setdefault(name, pd.Series(drawn[name]))
    return pd.DataFrame(table).astype({field.name: np.float64 for field in recipe.inputs if field.kind == "number"})
