"""What moves the risk of holdout shoppers: the effects of their inputs, and the importance that follows from them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.columns import Columns
from lambda_fn.scoring.reasons import Explainer
from training.data.prepared import Prepared, evenly
from training.models import blanks
from training.models.candidate import Candidate

MOST_ROWS: Final = 500
FIRST_ROWS: Final = 60  # enough to learn which inputs should lead
DECIMALS: Final = 6
SIGNIFICANT_DIGITS: Final = 8  # of a value


def explained(prepared: Prepared, candidate: Candidate) -> dict[str, Any]:
    """Return ``importance`` and ``explained`` as JSON; nothing where the model imputes, since it has no reasons.

    importance: mean absolute effect of each input on the risk, in probability, the largest first.
    explained: ``inputs``, their names; ``nobody``, the risk of a shopper of whom nothing is known; ``risk``, one a row;
    ``values`` and ``effects``, (rows, inputs). A value is null where missing. A row's effects add up to its risk minus
    that of nobody.
    """
    if candidate.missing == "imputed":
        return {}
    columns = prepared.columns(prepared.split.holdout[evenly(len(prepared.holdout), MOST_ROWS)])

    def explainer(importance: dict[str, float]) -> Explainer:
        return Explainer(prepared.layout, lambda rows: candidate.risk(prepared, rows), importance)

    first = explainer({})
    rough = first.effects(columns.take(evenly(len(columns), FIRST_ROWS)))
    found = explainer(_importance(first, rough))
    effects = found.effects(columns)
    return {
        "importance": _importance(found, effects),
        "explained": {
            "inputs": list(found.names),
            "nobody": _rounded(candidate.risk(prepared, blanks.nobody(columns)))[0],
            "risk": _rounded(candidate.risk(prepared, columns)),
            "values": _values(found, columns),
            "effects": _rounded(effects),
        },
    }


def _importance(explainer: Explainer, effects: Floats) -> dict[str, float]:
    means = np.abs(effects).mean(axis=0)
    order = np.argsort(-means, kind="stable")
    return {explainer.names[place]: round(float(means[place]), DECIMALS) for place in order}


def _values(explainer: Explainer, columns: Columns) -> list[list[float | str | None]]:
    places = range(len(explainer.names))
    return [[_short(explainer.value(columns, row, place)) for place in places] for row in range(len(columns))]


def _short(value: float | str | None) -> float | str | None:
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if isinstance(value, float) else value


def _rounded(values: Floats) -> list[Any]:
    rounded: list[Any] = (values.round(DECIMALS) + 0.0).tolist()  # without -0.0
    return rounded
