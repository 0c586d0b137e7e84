"""Which inputs matter: correlation, mutual information and permutation importance, input by input."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Labels
from lambda_fn.scoring.columns import Columns
from lambda_fn.scoring.imputation import Imputer
from training.data.prepared import Prepared, evenly
from training.models.candidate import DECISION_THRESHOLD, Candidate
from training.models.metrics import Ranking

BINS: Final = 20
MOST_ROWS: Final = 10_000  # of the validation part; enough to order inputs
REPEATS: Final = 1
NEGLIGIBLE_AUC: Final = 0.0005


@dataclass(frozen=True)
class InputImportance:
    """What one input tells about the label.

    ``correlation``: Pearson's with the label; None for categories.
    ``mutual_information``: with the label, in nats, corrected for chance.
    ``importance``: AUC lost on validation when the input is shuffled, with everything derived from it.
    """

    input: str
    correlation: float | None
    mutual_information: float
    importance: float


def input_importances(prepared: Prepared, candidate: Candidate, seed: int = 0) -> list[InputImportance]:
    """Return the importance of every input, the most important first."""
    chosen = evenly(len(prepared.validation), MOST_ROWS)
    columns = prepared.columns(prepared.split.validation[chosen])
    complete, _ = Imputer(prepared.layout).complete(columns)
    labels = prepared.validation.labels[chosen]
    whole = _auc(prepared, candidate, columns, labels)
    rng = np.random.default_rng(seed)
    found = []
    for kind, names in (("numbers", prepared.layout.numeric_names), ("codes", prepared.layout.category_names)):
        for position, name in enumerate(names):
            values = getattr(complete, kind)[:, position].astype(np.float64)
            lost = [
                whole - _auc(prepared, candidate, _shuffled(columns, kind, position, rng), labels)
                for _ in range(REPEATS)
            ]
            correlation = _correlation(values, labels) if kind == "numbers" else None
            found.append(InputImportance(name, correlation, mutual_information(values, labels), float(np.mean(lost))))
    return sorted(found, key=_strength, reverse=True)


def _strength(found: InputImportance) -> tuple[float, float]:
    """Order by importance, and by mutual information where shuffling an input hardly changes the AUC.

    Such an input may still tell much: another one stands in for it when it is shuffled.
    """
    return (found.importance if found.importance > NEGLIGIBLE_AUC else 0.0, found.mutual_information)


def as_rows(importances: list[InputImportance]) -> list[dict[str, object]]:
    """Return the importances as JSON."""
    return [asdict(found) for found in importances]


def mutual_information(values: Floats, labels: Labels) -> float:
    """Return the mutual information of a value and the label in nats, values in at most BINS quantile bins.

    Less the chance level (bins - 1) / 2n (Miller and Madow), and never below 0.
    """
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1], method="inverted_cdf"))
    bins = np.searchsorted(edges, values, side="left")
    joint = np.stack([np.bincount(bins[labels == side], minlength=len(edges) + 1) for side in (0, 1)])
    shares = joint[:, joint.sum(axis=0) > 0] / len(labels)
    expected = shares.sum(axis=1, keepdims=True) * shares.sum(axis=0, keepdims=True)
    occupied = shares > 0
    information = float((shares[occupied] * np.log(shares[occupied] / expected[occupied])).sum())
    by_chance = (shares.shape[1] - 1) / (2 * len(labels))
    return information - by_chance if information > by_chance else 0.0


def correlations(prepared: Prepared) -> tuple[tuple[str, ...], Floats]:
    """Return the numeric inputs' names and their correlation matrix on (at most MOST_ROWS of) the training part."""
    rows = prepared.split.train[evenly(len(prepared.train), MOST_ROWS)]
    complete, _ = Imputer(prepared.layout).complete(prepared.columns(rows))
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix = np.asarray(np.corrcoef(complete.numbers, rowvar=False))
    return prepared.layout.numeric_names, np.nan_to_num(matrix)


def _correlation(values: Floats, labels: Labels) -> float:
    if values.std() == 0 or labels.std() == 0:
        return 0.0
    return float(np.corrcoef(values, labels)[0, 1])


def _shuffled(columns: Columns, kind: str, position: int, rng: np.random.Generator) -> Columns:
    changed = getattr(columns, kind).copy()
    changed[:, position] = rng.permutation(changed[:, position])
    return Columns(changed, columns.codes) if kind == "numbers" else Columns(columns.numbers, changed)


def _auc(prepared: Prepared, candidate: Candidate, columns: Columns, labels: Labels) -> float:
    p = candidate.risk(prepared, columns)
    return Ranking(labels, p, DECISION_THRESHOLD).metrics()["roc_auc"]
