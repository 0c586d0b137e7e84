"""Customers of a scored file, or of the holdout, under two policies: by ``training.offers.simulate``, and in words."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import plotly.graph_objects as go

from console import figures, markup, words
from console.backend import Backend
from console.effects import Value
from console.store import StoreError
from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT
from lambda_fn.scoring.artefact.policy import Policy
from training.offers.simulate import Simulation, simulate
from training.release.package import with_policy

MAX_FILE_BYTES: Final = 25 * 1024 * 1024
FARTHEST: Final = 1.5  # times the largest spend; a mark beyond it would flatten the curve
REASONS_SHOWN: Final = 3  # why rows were left out
HOLDOUT: Final = " holdout"  # no file's stem begins with a space
NO_LIMIT: Final = 1e12  # of a budget, in currency


@dataclass(frozen=True)
class Customers:
    """Customers to simulate.

    data: a file of them.
    model: the champion, which reads it.
    as_of: the day that recency counts to.
    """

    data: Path
    model: Artefact
    as_of: dt.date


def run(backend: Backend, stem: str, policy: Policy, budget: float) -> tuple[Simulation, Simulation]:
    """Simulate customers under the champion's policy and under another one.

    ``stem``: of a scored file, or HOLDOUT.
    """
    registry = backend.store.registry
    model = registry.load(registry.routing()[0].champion)
    with tempfile.TemporaryDirectory(prefix="console-") as name:
        find = _of_holdout if stem == HOLDOUT else _of_file
        found = find(backend, stem, model, Path(name))
        tried = with_policy(found.model, policy)
        return (
            simulate(found.model, found.data, budget, {}, found.as_of),
            simulate(tried, found.data, budget, {}, found.as_of),
        )


def _of_file(backend: Backend, stem: str, model: Artefact, folder: Path) -> Customers:
    report = backend.store.report(stem)
    if report is None:
        raise StoreError(f"There is no report on {stem} any more. Press Refresh in the tab Files.")
    key = report["input"]["key"]
    size = backend.store.size(key)
    if size is None or size > MAX_FILE_BYTES:
        raise StoreError(
            "The dropped file is gone or too large for this page. Use `python -m training simulate` for it."
        )
    data = folder / Path(key).name
    backend.store.fetch(key, data)
    return Customers(data, model, dt.date.fromisoformat(report["as_of"]))


def _of_holdout(backend: Backend, _: str, model: Artefact, folder: Path) -> Customers:
    """Write the explained shoppers of the holdout into a file, in the default dialect."""
    effects = backend.effects()
    if effects is None:
        raise StoreError("This model explains no customers of its holdout. Choose a scored file instead.")
    manifest = model.manifest
    data = folder / "holdout.csv"
    ids = () if manifest.id_column is None else (manifest.id_column,)
    with data.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, [*ids, *(field.name for field in manifest.recipe.inputs)])
        writer.writeheader()
        for number, row in enumerate(effects.rows, 1):
            writer.writerow(dict.fromkeys(ids, number) | {name: _cell(value) for name, value in row.items()})
    plain = Artefact(manifest.model_copy(update={"dialect": DEFAULT_DIALECT}), model.files)
    return Customers(data, plain, manifest.as_of)


def _cell(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.15g}"


def contrast_html(champion: Simulation, tried: Simulation) -> str:
    """Return expected spend and margin of the tried policy, the champion's, no offer, and the same for all."""
    rows = [
        ("These numbers", *_sums(tried)),
        ("The champion's numbers", *_sums(champion)),
        ("No offer at all", "0.00", "0.00", "0"),
    ]
    if tried.same_for_all is not None:
        name, spend, margin = tried.same_for_all
        rows.append(
            (f"{words.label(name)} for everybody", f"{spend:,.2f}", f"{margin:,.2f}", words.count(len(tried.user_ids)))
        )
    columns = ("", f"Expected spend, {tried.currency}", f"Expected margin, {tried.currency}", "Customers with an offer")
    return markup.table("What it is worth", ("Policy", *columns[1:]), rows, columns[1:])


def offers_html(champion: Simulation, tried: Simulation) -> str:
    """Return how many customers get each offer, beside the champion's policy."""
    before = champion.counts()
    rows = [
        (words.offer(name), words.count(number), words.count(before.get(name, 0)))
        for name, number in tried.counts().items()
    ]
    return markup.table(
        "Who gets what", ("Offer", "These numbers", "The champion's"), rows, ("These numbers", "The champion's")
    )


def facts_html(found: Simulation, budget: float) -> str:
    """Return the margin and spend of the simulated policy."""
    limit = "no limit" if budget >= NO_LIMIT else f"of a budget of {words.money(budget, found.currency)}"
    shown = [
        markup.Fact(
            "Expected margin", words.money(found.allocation.margin, found.currency), "over doing nothing, after caution"
        ),
        markup.Fact("Expected spend", words.money(found.allocation.cost, found.currency), limit),
        markup.Fact("Customers", words.count(len(found.user_ids)), _left_out(found)),
    ]
    return markup.facts(shown)


def curve_figure(found: Simulation) -> go.Figure:
    """Return the curve of margin against spend."""
    chosen = (found.allocation.cost, found.allocation.margin)
    far = found.same_for_all is not None and found.same_for_all[1] > FARTHEST * max(found.unlimited[0], 1.0)
    return figures.budget_curve(found.curve, chosen, None if far else found.same_for_all, found.currency)


def _sums(found: Simulation) -> tuple[str, str, str]:
    offered = sum(number for place, number in enumerate(found.counts().values()) if place)
    return f"{found.allocation.cost:,.2f}", f"{found.allocation.margin:,.2f}", words.count(offered)


def _left_out(found: Simulation) -> str:
    ranked = sorted(found.left_out.items(), key=lambda one: -one[1])
    parts = [f"{words.count(rows)} left out: {reason}" for reason, rows in ranked[:REASONS_SHOWN]]
    if others := sum(rows for _, rows in ranked[REASONS_SHOWN:]):
        parts.append(f"{words.count(others)} more for other reasons")
    return "; ".join(parts) or "all rows count"
