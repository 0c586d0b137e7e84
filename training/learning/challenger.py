"""Does the challenger earn more than the champion? Realised margins, by a test that may be looked at every day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.experiment.sequential import PLANNED_SHOPPERS, difference_sequence
from training.experiment.trial import Trial, first_of_each
from training.logged.attribution import Matured

LEAST_SHOPPERS: Final = 100  # of either model: below it nothing is said
BETTER, WORSE, OPEN = "better", "worse", "go on"


@dataclass(frozen=True)
class Challenge:
    """A model against the champion, on the shoppers of the time in which both decided.

    ``difference``: its realised margin a shopper less the champion's, in currency
    ``interval``: the confidence sequence of that
    ``verdict``: "better" where the interval lies above 0, "worse" where it lies below, else "go on"
    """

    champion: str
    challenger: str
    champion_shoppers: int
    challenger_shoppers: int
    champion_margin: float
    challenger_margin: float
    difference: float
    interval: tuple[float, float]
    verdict: str


def compare_models(
    matured: Matured, trial: Trial, champion: str, planned: float = PLANNED_SHOPPERS, confidence: float = 0.95
) -> list[Challenge]:
    """Return each other model of the log against the champion; none where margins are not known.

    A shopper counts with the first decision, and with the model that made it. ``trial`` must be that of ``matured``.
    """
    if trial.margin is None:
        return []
    model = np.array([record.model or "" for record in matured.records])
    first = np.zeros(len(model), bool)
    first[first_of_each(trial.shopper)] = True
    found = []
    for other in sorted(set(model.tolist()) - {champion, ""}):
        mine, others = np.flatnonzero(model == champion), np.flatnonzero(model == other)
        if not len(mine) or not len(others):
            continue
        both = np.zeros(len(model), bool)  # records are in the order of their time
        both[max(mine[0], others[0]) : min(mine[-1], others[-1]) + 1] = True
        control, treatment = (trial.margin[first & both & (model == one)] for one in (champion, other))
        if min(len(control), len(treatment)) < LEAST_SHOPPERS:
            continue
        sequence = difference_sequence(control, treatment, planned, confidence)
        low, high = sequence.interval
        found.append(
            Challenge(
                champion=champion,
                challenger=other,
                champion_shoppers=len(control),
                challenger_shoppers=len(treatment),
                champion_margin=float(control.mean()),
                challenger_margin=float(treatment.mean()),
                difference=sequence.estimate,
                interval=(low, high),
                verdict=BETTER if low > 0 else WORSE if high < 0 else OPEN,
            )
        )
    return found
