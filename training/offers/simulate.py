"""What a budget buys: the offers to make within a spend, and the margin that other spends would bring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lambda_fn.registry import Artefact
from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.artefact.recipe import ID_FIELD
from lambda_fn.scoring.offers.budget import Allocation, Upgrades, allocate, upgrades
from lambda_fn.scoring.offers.decider import Decider, Signals
from lambda_fn.scoring.service import Scorer
from training.data.columns import to_columns
from training.data.load import ID, Dataset, read
from training.data.source import Source
from training.data.usable import RowFaults, usable_rows
from training.errors import DataRefused
from training.offers.reference_offer import reference_offer

CURVE_POINTS: Final = 11


@dataclass(frozen=True)
class Simulation:
    """The offers that a budget buys, and what other spends would bring.

    All amounts are expected values in currency. Margins are after the policy's caution, spends before it.

    ``user_ids``: (n,).
    ``id_name``: what the shop calls them.
    ``choices``: what can be chosen, doing nothing first.
    ``margins``: of every offer for every shopper, (n, offers).
    ``allocation``: the chosen offers.
    ``curve``: pairs of a spend and the largest margin for it.
    ``unlimited``: spend and margin of the policy without a budget.
    ``same_for_all``: name, spend and margin of the reference offer for everybody; None where the policy has none.
    ``left_out``: rows that were not scored, by reason.
    """

    user_ids: NDArray[np.object_]
    choices: tuple[str, ...]
    currency: str
    margins: Floats
    allocation: Allocation
    curve: tuple[tuple[float, float], ...]
    unlimited: tuple[float, float]
    same_for_all: tuple[str, float, float] | None
    left_out: dict[str, int]
    id_name: str = ID_FIELD

    def counts(self) -> dict[str, int]:
        """Return how many shoppers receive each choice."""
        counts = np.bincount(self.allocation.choice, minlength=len(self.choices))
        return dict(zip(self.choices, counts.tolist(), strict=True))

    def write(self, path: Path) -> None:
        """Write one line a shopper: id, offer, expected margin."""
        offer = self.allocation.choice
        gains = np.column_stack([np.zeros(len(offer)), self.margins])[np.arange(len(offer)), offer]
        names = np.array(self.choices)[offer]
        table = pd.DataFrame({self.id_name: self.user_ids, "intervention": names, "expected_margin": gains.round(4)})
        table.to_csv(path, index=False)


def simulate(
    model: Artefact,
    data: Path,
    budget: float,
    rows: Mapping[str, tuple[str, ...]] | None = None,
    as_of: dt.date | None = None,
) -> Simulation:
    """Choose the offers for the shoppers of a CSV within a budget; raise DataRefused where it cannot be scored.

    Nobody is counted twice: of several rows of one shopper the first counts, as in training.

    ``rows``: column -> the values to keep; when absent, those that the model was trained on.
    """
    scorer = Scorer(model.manifest, model.onnx)
    dataset = read(data, Source.of_model(model.manifest, rows).without_label())
    table = dataset.table
    columns = to_columns(scorer.layout, table)
    faults = usable_rows(table, columns, scorer.layout)
    good = np.flatnonzero(faults.usable)
    if not good.size:
        raise DataRefused(f"no row of {data} can be scored")
    signals = scorer.score(columns.take(good), as_of or model.manifest.as_of).signals
    ids = table[ID].to_numpy(dtype=object)[good]
    left_out = _left_out(dataset, faults, model.manifest.id_name)
    found = _simulation(scorer.decider, model.manifest.policy, signals, ids, budget, left_out)
    return replace(found, id_name=model.manifest.id_name)


def _left_out(dataset: Dataset, faults: RowFaults, id_name: str) -> dict[str, int]:
    """Return the number of rows that were not scored, by reason."""
    refused = {reason: each.rows for reason, each in dataset.refused.items()}
    repeated = int(faults.repeated.sum())
    return {**refused, **({f"repeated {id_name}": repeated} if repeated else {})}


def _simulation(
    decider: Decider,
    policy: Policy,
    signals: Signals,
    user_ids: NDArray[np.object_],
    budget: float,
    left_out: dict[str, int],
) -> Simulation:
    margins, costs, eligible = decider.margins(signals), decider.costs(signals), decider.eligible(signals)
    steps = upgrades(margins, costs, eligible)
    return Simulation(
        user_ids=user_ids,
        choices=decider.choices,
        currency=policy.currency,
        margins=margins,
        allocation=allocate(margins, costs, eligible, budget),
        curve=_curve(steps, budget),
        unlimited=(float(steps.cost.sum()), float(steps.margin.sum())),
        same_for_all=_same_for_all(policy, margins, costs),
        left_out=left_out,
    )


def _curve(steps: Upgrades, budget: float) -> tuple[tuple[float, float], ...]:
    """Return the best margin for spends from 0 to twice the budget (or to all that pays), whichever is less."""
    spend, gain = steps.spend(), steps.gain()
    most = min(2 * budget, float(spend[-1])) if len(spend) else 0.0
    points = np.linspace(0, most, CURVE_POINTS)
    reached = np.searchsorted(spend, points * (1 + 1e-12), side="right")
    margin = np.concatenate([[0.0], gain])[reached]
    return tuple(zip(points.tolist(), margin.tolist(), strict=True))


def _same_for_all(policy: Policy, margins: Floats, costs: Floats) -> tuple[str, float, float] | None:
    offer = reference_offer(policy)
    if offer is None:
        return None
    return policy.interventions[offer].name, float(costs[:, offer].sum()), float(margins[:, offer].sum())
