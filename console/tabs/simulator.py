"""Simulator: other margins and offers on real customers, in the numbers of ``training.offers.simulate``."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import gzip
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import gradio as gr
import plotly.graph_objects as go
import yaml

from console import figures, markup, words
from console.backend import TOLD, Backend, explained
from console.html import html, when_opened
from console.store import StoreError
from lambda_fn.registry import Artefact
from lambda_fn.scoring.policy import Policy
from training.offers.simulate import Simulation, simulate
from training.release.package import with_policy

MAX_FILE_BYTES: Final = 25 * 1024 * 1024
EXPORT_NAME: Final = "offers.yaml"
NO_LIMIT: Final = 1e12  # of a budget, in currency
FARTHEST: Final = 1.5  # times the largest spend; a mark beyond it would flatten the curve
MOST_CHOICES: Final = 200
TRIED: Final = "Tried out in the console; not measured."
NO_FILES: Final = markup.note(
    "info", "No file was scored yet", "Score one in the tab Files; its customers are simulated here."
)


@dataclass(frozen=True)
class Knob:
    """One number of a policy that can be moved.

    path: where it stands in the policy's document.
    value: the champion's.
    """

    path: tuple[str | int, ...]
    label: str
    value: float
    maximum: float
    step: float


def knobs(policy: Mapping[str, Any]) -> dict[str, list[Knob]]:
    """Return what can be moved, by what it is about: the shop first, then each offer."""
    shop = [
        Knob(("gross_margin_rate",), "Gross margin", policy["gross_margin_rate"]["value"], 1.0, 0.01),
        Knob(("caution",), "Caution: cut of assumed rates", policy["caution"]["value"], 1.0, 0.05),
    ]
    found = {"Shop": shop}
    for place, offer in enumerate(policy["interventions"]):
        at: tuple[str | int, ...] = ("interventions", place)
        cost = offer["fixed_cost"]["value"]
        found[words.offer(offer["name"])] = [
            *_discount(at, offer, policy["currency"]),
            Knob((*at, "fixed_cost"), f"Cost per customer, {policy['currency']}", cost, max(1.0, 4 * cost), 0.01),
            Knob((*at, "base_recovery_rate"), "Recovery rate", offer["base_recovery_rate"]["value"], 0.5, 0.01),
        ]
    return found


def _discount(at: tuple[str | int, ...], offer: Mapping[str, Any], currency: str) -> list[Knob]:
    """Return what the offer gives away: a share of the order, or an amount."""
    if amount := offer.get("discount_amount"):
        most = max(1.0, 4 * amount["value"])
        return [Knob((*at, "discount_amount"), f"Discount, {currency}", amount["value"], most, 0.01)]
    return [Knob((*at, "discount_share"), "Discount", offer["discount_share"]["value"], 0.5, 0.01)]


def changed_policy(policy: Mapping[str, Any], moved: Sequence[tuple[Knob, float]]) -> Policy:
    """Return the policy with the moved numbers, each saying that it was tried out. Raises PolicyError."""
    document = copy.deepcopy(dict(policy))
    for knob, value in moved:
        if abs(value - knob.value) < knob.step / 100:
            continue
        part: Any = document
        for name in knob.path:
            part = part[name]
        part.update(value=value, source=TRIED)
    return Policy.model_validate(document)


def as_yaml(policy: Policy) -> str:
    """Return a policy as the file that ``--policy`` reads."""
    document = policy.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


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


def run(backend: Backend, stem: str, policy: Policy, budget: float) -> tuple[Simulation, Simulation]:
    """Simulate a scored file's customers under the champion's policy and under another one."""
    report = backend.store.report(stem)
    if report is None:
        raise StoreError(f"There is no report on {stem} any more. Press Refresh in the tab Files.")
    size = backend.store.size(report["input"]["key"])
    if size is None or size > MAX_FILE_BYTES:
        raise StoreError(
            "The dropped file is gone or too large for this page. Use `python -m training simulate` for it."
        )
    registry = backend.store.registry
    model = registry.load(registry.routing()[0].champion)
    with tempfile.TemporaryDirectory(prefix="console-") as folder:
        data = Path(folder) / Path(report["input"]["key"]).name
        backend.store.fetch(report["input"]["key"], data)
        rejected = Path(folder) / "rejected.csv"
        backend.store.fetch(report["outputs"]["rejected"], rejected)
        leave_out(data, rejected_lines(rejected))
        as_of = dt.date.fromisoformat(report["as_of"])
        return _simulated(model, data, budget, as_of), _simulated(with_policy(model, policy), data, budget, as_of)


def rejected_lines(rejected: Path) -> set[int]:
    """Return the numbers of the lines, from 1, that the file of rejected rows names."""
    with rejected.open(encoding="utf-8", newline="") as source:
        return {
            int(row["line"]) + place for row in csv.DictReader(source) for place in range(row["text"].count("\n") + 1)
        }


def leave_out(data: Path, lines: set[int]) -> None:
    """Take lines out of a file, packed or not: what was not scored is not simulated."""
    opened: Any = gzip.open if data.suffix == ".gz" else open
    with opened(data, "rb") as source:
        kept = [line for number, line in enumerate(source, 1) if number not in lines]
    with opened(data, "wb") as target:
        target.writelines(kept)


def build(backend: Backend, page: gr.Blocks, tab: gr.Tab) -> None:  # noqa: ARG001
    """Lay the tab out. The sliders are those of the champion's offers at the time the page is opened."""

    def show() -> None:
        try:
            policy = backend.champion()["policy"]
            files = [file.stem for file in backend.store.scored_files()[:MOST_CHOICES]]
        except TOLD as error:
            html(explained(error) + markup.note("info", "Mend it, then reload this page"), elem_id="simulator-problem")
            return
        _Bench(backend, policy).lay_out(files)

    when_opened(page, show)


class _Bench:
    """The sliders of one visit, and what they do."""

    def __init__(self, backend: Backend, policy: Mapping[str, Any]) -> None:
        self._backend = backend
        self._policy = policy
        self._knobs = knobs(policy)

    def lay_out(self, files: list[str]) -> None:
        """Put the sliders on the left and what they bring on the right."""
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=320):
                choice = gr.Dropdown(
                    files,
                    value=next(iter(files), None),
                    label="Customers of the scored file",
                    interactive=True,
                    elem_id="sim-file",
                )
                budget = gr.Textbox(
                    label="Budget",
                    info="Largest expected spend on offers. Blank: no limit.",
                    interactive=True,
                    elem_id="sim-budget",
                )
                sliders = [
                    slider for group, knobs in self._knobs.items() for slider in self._lay_out_group(group, knobs)
                ]
                start = gr.Button("Simulate", variant="primary", elem_id="simulate")
            with gr.Column(scale=8, min_width=320):
                result = html(_READY if files else NO_FILES, elem_id="sim-result")
                plot = gr.Plot(visible=False, label="Expected margin by expected spend", elem_id="sim-curve")
                tables = html("", elem_id="sim-tables")
                export = html("", elem_id="sim-export")
        start.click(
            self._simulate, [choice, budget, *sliders], [result, plot, tables, export], api_visibility="private"
        )
        choice.focus(self._files, None, choice, api_visibility="private")

    def _files(self) -> Any:
        try:
            return gr.Dropdown(choices=[file.stem for file in self._backend.store.scored_files()[:MOST_CHOICES]])
        except TOLD:
            return gr.skip()

    def _lay_out_group(self, group: str, found: list[Knob]) -> list[gr.Slider]:
        with gr.Accordion(group, open=group == "Shop"):
            return [
                gr.Slider(
                    0, knob.maximum, value=knob.value, step=knob.step, label=f"{group}: {knob.label.lower()}",
                    info=f"champion: {knob.value:g}", interactive=True,
                )
                for knob in found
            ]  # fmt: skip

    def _simulate(self, stem: str | None, budget: str | None, *values: float) -> tuple[Any, ...]:
        if not stem:
            return NO_FILES, gr.Plot(visible=False), "", ""
        moved = list(zip((knob for found in self._knobs.values() for knob in found), values, strict=True))
        try:
            amount = words.amount(budget)
            limit = NO_LIMIT if amount is None else amount
            policy = changed_policy(self._policy, moved)
            champion, tried = run(self._backend, stem, policy, limit)
        except (words.Unfit, *TOLD) as error:
            return explained(error), gr.Plot(visible=False), "", ""
        source = markup.source(
            f"training.offers.simulate on incoming/{stem}, {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC"
        )
        return (
            facts_html(tried, limit) + source,
            gr.Plot(curve_figure(tried), visible=True),
            contrast_html(champion, tried) + offers_html(champion, tried),
            self._export(policy),
        )

    def _export(self, policy: Policy) -> str:
        token = self._backend.exports.put(EXPORT_NAME, as_yaml(policy))
        told = (
            f"Train with it: python -m training run --policy {EXPORT_NAME}. Nothing changes for customers before that."
        )
        return markup.heading("Take these offers along", told) + markup.link(
            "/download/export", "Export these offers (YAML)", {"token": token}
        )


_READY: Final = markup.note(
    "info", "Move a slider, then press Simulate", "The sliders start at the champion's numbers."
)


def _simulated(model: Artefact, data: Path, budget: float, as_of: dt.date) -> Simulation:
    return simulate(model, data, budget, rows={}, as_of=as_of)


def _sums(found: Simulation) -> tuple[str, str, str]:
    offered = sum(number for place, number in enumerate(found.counts().values()) if place)
    return f"{found.allocation.cost:,.2f}", f"{found.allocation.margin:,.2f}", words.count(offered)


def _left_out(found: Simulation) -> str:
    parts = [f"{words.count(rows)} left out: {reason}" for reason, rows in found.left_out.items()]
    return "; ".join(parts) or "all rows count"
