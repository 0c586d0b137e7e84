"""Compare a candidate with the champion, on the very same holdout shoppers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from lambda_fn.registry import Artefact, Registry
from lambda_fn.scoring.arrays import Floats, Indices, Labels
from lambda_fn.scoring.service import Scorer
from training.data import label
from training.data.columns import to_columns
from training.data.load import ID, read
from training.data.source import Source, label_and_rows
from training.data.split import split
from training.data.usable import usable_rows
from training.errors import DataRefused
from training.models.metrics import Ranking

RESAMPLES: Final = 400


class PairedComparison(BaseModel):
    """Candidate minus champion on the same rows, with 95 % intervals over resampled rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    champion: str
    rows: int
    f1_difference: float
    f1_interval: tuple[float, float]
    roc_auc_difference: float
    roc_auc_interval: tuple[float, float]

    @property
    def worse(self) -> bool:
        """Return whether the candidate is worse beyond chance, by F1 or by AUC."""
        return self.f1_interval[1] < 0 or self.roc_auc_interval[1] < 0


def champion_of(registry: Registry) -> str | None:
    """Return the champion's version, None before the first; raise RegistryUnreachable where that cannot be known."""
    found = registry.find_routing()
    return found[0].champion if found else None


def compare_on_file(candidate: Artefact, champion: Artefact, data: Path) -> PairedComparison:
    """Read a CSV once, with the inputs of both models, and compare them on its holdout.

    The rows that count are the candidate's.
    Raise DataRefused where the file cannot be read, or as ``compare_on_holdout`` does.
    """
    _check_same_question(candidate, champion)
    source = Source.of_model(candidate.manifest)
    dataset = read(data, source, also=champion.manifest.recipe.inputs)
    return compare_on_holdout(candidate, champion, dataset.with_extra())


def compare_on_holdout(candidate: Artefact, champion: Artefact, table: pd.DataFrame) -> PairedComparison:
    """Score the holdout of a table with both models and compare them.

    ``table``: rows with the label and the inputs of both models, those that the candidate was trained on only.
    Raise DataRefused where the table lacks an input of the champion, where the models answer different questions, or
    where one of them would score rows that the other would refuse.
    """
    _check_same_question(candidate, champion)
    _check_same_inputs(candidate, champion, table)
    rules = candidate.manifest
    definition, _ = label_and_rows(rules)
    column = definition.column
    parts = split(table[ID])
    # A cross-fitted model has learnt from all rows but those that calibrate it.
    seen_by_one = rules.metrics.get("cross_fitted") or champion.manifest.metrics.get("cross_fitted")
    rows = table.iloc[parts.validation if seen_by_one else parts.holdout]
    ours, theirs = (_usable_risk(model, rows, column, rules.as_of) for model in (candidate, champion))
    if not np.array_equal(ours.rows, theirs.rows):
        raise DataRefused("the two models do not read the same shoppers from this file")
    rates = rows[column].to_numpy(dtype=np.float64)[ours.rows]
    labels = label.labels_of(definition, rates).values
    return paired(ours.risk, theirs.risk, labels, rules.decision_threshold, champion.manifest.model_version)


def _check_same_question(candidate: Artefact, champion: Artefact) -> None:
    """Raise DataRefused where the labels or the decision thresholds differ: the metrics would not be comparable."""
    ours, theirs = _question(candidate), _question(champion)
    if ours != theirs:
        raise DataRefused(f"the champion answers another question and is no measure: {theirs}; the candidate's: {ours}")


def _check_same_inputs(candidate: Artefact, champion: Artefact, table: pd.DataFrame) -> None:
    """Raise DataRefused where the table lacks an input of the champion, or has it as the candidate reads it only."""
    ours = {field.name: field.kind for field in candidate.manifest.recipe.inputs}
    theirs = {field.name: field.kind for field in champion.manifest.recipe.inputs}
    if lacking := sorted(theirs.keys() - set(table.columns)):
        raise DataRefused(f"the file lacks {', '.join(lacking)}, which the champion reads")
    if different := sorted(name for name in ours.keys() & theirs.keys() if _cells(ours[name]) != _cells(theirs[name])):
        raise DataRefused(f"the two models read {', '.join(different)} as different kinds of input")


def _cells(kind: str) -> str:
    """Return how the cells of an input are read: a flag is read as a number."""
    return "number" if kind == "flag" else kind


def _question(model: Artefact) -> str:
    definition, _ = label_and_rows(model.manifest)
    return f"{definition}, yes from {model.manifest.decision_threshold:g}"


def paired(ours: Floats, theirs: Floats, labels: Labels, threshold: float, champion: str) -> PairedComparison:
    """Compare two models' probabilities of the same rows by a paired bootstrap."""
    rankings = (Ranking(labels, ours, threshold), Ranking(labels, theirs, threshold))
    rng = np.random.default_rng(0)
    n = len(labels)
    draws = []
    for _ in range(RESAMPLES):
        weights = np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64)
        draws.append(_difference(rankings, weights))
    f1, auc = _difference(rankings, np.ones(n))
    low, high = np.nanquantile(draws, (0.025, 0.975), axis=0)
    return PairedComparison(
        champion=champion,
        rows=n,
        f1_difference=f1,
        f1_interval=(low[0], high[0]),
        roc_auc_difference=auc,
        roc_auc_interval=(low[1], high[1]),
    )


def _difference(rankings: tuple[Ranking, Ranking], weights: Floats) -> tuple[float, float]:
    ours, theirs = (ranking.metrics(weights) for ranking in rankings)
    return ours["f1"] - theirs["f1"], ours["roc_auc"] - theirs["roc_auc"]


class _UsableRisk(NamedTuple):
    """The rows that a model can score, by number, and their probabilities."""

    rows: Indices
    risk: Floats


def _usable_risk(model: Artefact, table: pd.DataFrame, label_column: str, as_of: dt.date) -> _UsableRisk:
    scorer = Scorer(model.manifest, model.onnx)
    columns = to_columns(scorer.layout, table)
    rows = np.flatnonzero(usable_rows(table, columns, scorer.layout, label_column).usable)
    return _UsableRisk(rows, scorer.score(columns.take(rows), as_of).risk)
