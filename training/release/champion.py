"""Compare a candidate with the champion, on the very same holdout shoppers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from lambda_fn.registry import Artefact, Registry
from lambda_fn.scoring.service import Scorer
from training.data import fit_recipe, label, load
from training.data.split import split
from training.errors import DataRefused
from training.models.metrics import Ranking

RESAMPLES = 400

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]


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


def compare_on_holdout(candidate: Artefact, champion: Artefact, data: Path) -> PairedComparison:
    """Score the holdout of a CSV with both models and compare them; the country is the candidate's.

    Raise DataRefused where the CSV lacks what either model reads, or where the models answer different questions.
    """
    _check_same_question(candidate, champion)
    theirs, labels, ids = _holdout_risk(champion, candidate, data)
    ours, _, our_ids = _holdout_risk(candidate, candidate, data)
    if not np.array_equal(ids, our_ids):
        raise DataRefused("the two models do not read the same shoppers from this file")
    return paired(ours, theirs, labels, candidate.manifest.decision_threshold, champion.manifest.model_version)


def _check_same_question(candidate: Artefact, champion: Artefact) -> None:
    """Raise DataRefused where the labels or the cuts differ: the champion would be marked by another's exam."""
    ours, theirs = _question(candidate), _question(champion)
    if ours != theirs:
        raise DataRefused(f"the champion answers another question and is no measure: {theirs}; the candidate's: {ours}")


def _question(model: Artefact) -> str:
    metrics = model.manifest.metrics
    threshold = float(str(metrics["threshold_percent"]))
    return f"{metrics['label_column']} >= {threshold:g} percent, yes from {model.manifest.decision_threshold:g}"


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
    ours, theirs = (ranking.measures(weights) for ranking in rankings)
    return ours["f1"] - theirs["f1"], ours["roc_auc"] - theirs["roc_auc"]


def _holdout_risk(model: Artefact, labelled_by: Artefact, data: Path) -> tuple[Floats, Labels, NDArray[np.object_]]:
    """Return a model's probabilities of the holdout rows that it can score, their labels and their ids."""
    rules = labelled_by.manifest
    column = str(rules.metrics["label_column"])
    threshold = float(str(rules.metrics["threshold_percent"]))
    unit = label.as_unit(str(rules.metrics["label_unit"]))
    country = rules.data.country or load.ALL_COUNTRIES
    table = load.read(data, model.manifest.recipe, column, country).table
    table = table[table["user_id"].notna()].drop_duplicates(
        "user_id"
    )  # in the order of ``checks``: the first row counts
    table = table[table[column].notna()]
    table = table.iloc[split(table["user_id"]).holdout]
    scorer = Scorer(model.manifest, model.onnx)
    columns = fit_recipe.to_columns(scorer.layout, table)
    good = np.flatnonzero(~scorer.layout.outside(columns).any(axis=1))
    percent, _ = label.in_percent(table[column].to_numpy(dtype=np.float64), unit, column)
    labels = label.binarise(percent, threshold)[good]
    risk = scorer.score(columns.take(good), rules.as_of).risk
    return risk, labels, table["user_id"].to_numpy(dtype=object)[good]
