"""Dashboard: how good the model is, who promoted what, and what was predicted and earned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import gradio as gr
import plotly.graph_objects as go

from console import figures, markup, words
from console.backend import TOLD, Backend, explained
from console.html import html
from console.usage import EXPECTED, LATENCY, PERCENTILE, RECOVERABLE, Usage, usage
from lambda_fn.registry import Routing

PERIODS: Final = {"7 days": 7, "30 days": 30, "90 days": 90}
SHOWN_METRICS: Final = {
    "accuracy": ("Accuracy", "share of right predictions"),
    "f1": ("F1", "of those who abandon"),
    "roc_auc": ("ROC AUC", "ranks a leaver above a buyer"),
    "brier": ("Brier score", "squared error of the risk; less is better"),
    "log_loss": ("Log loss", "less is better"),
}
COMPARED: Final = {
    "": "Model",
    "constant_": "Constant",
    "best_single_feature_": "Best single input",
    "limit_": "Best possible",
}
MOST_SLICES: Final = 40


def metrics_html(metrics: Mapping[str, Any], version: str) -> str:
    """Return the model's metrics beside a constant answer, the best single input, and what is possible at all."""
    rows = [
        (name, *(_metric(metrics.get(prefix + key)) for prefix in COMPARED), about)
        for key, (name, about) in SHOWN_METRICS.items()
        if key in metrics
    ]
    columns = ("Metric", *COMPARED.values(), "What it says")
    source = markup.source(f"metrics.json of {version}, {words.count(metrics.get('holdout_rows', 0))} holdout rows")
    return (
        markup.table("Quality on customers that training never saw", columns, rows, tuple(COMPARED.values())) + source
    )


def confusion_html(metrics: Mapping[str, Any]) -> str:
    """Return the confusion matrix."""
    found = metrics["confusion"]
    rows = [
        ("Abandoned", words.count(found["true_positives"]), words.count(found["false_negatives"])),
        ("Bought", words.count(found["false_positives"]), words.count(found["true_negatives"])),
    ]
    columns = ("What happened", "Predicted to abandon", "Predicted to buy")
    return markup.table("Predictions and what happened", columns, rows, columns[1:])


def slices_html(metrics: Mapping[str, Any]) -> str:
    """Return the quality by group of customers."""
    rows = [
        (words.label(one["by"]), one["group"], words.count(one["rows"]), words.percent(one["positive_share"], 1),
         words.percent(one["flag_rate"], 1), f"{one['f1']:.3f}")
        for one in metrics.get("slices", [])[:MOST_SLICES]
    ]  # fmt: skip
    columns = ("By", "Group", "Rows", "Abandoned", "Predicted to abandon", "F1")
    shown = markup.table("Quality by group", columns, rows, columns[2:])
    return markup.details(f"Quality in {len(rows)} groups of customers", shown) if rows else ""


def blanked_html(metrics: Mapping[str, Any]) -> str:
    """Return the quality by share of blanks; empty where the model was not measured so."""
    rows = [
        (
            words.percent(one["share"]),
            f"{one['f1']:.3f}",
            f"{one['roc_auc']:.3f}",
            f"{one['ece']:.4f}",
            words.percent(one["mean_confidence"]),
        )
        for one in metrics.get("blanked", [])
    ]
    columns = ("Blank inputs", "F1", "ROC AUC", "Calibration error", "Mean confidence")
    return markup.table("Quality where less is known", columns, rows, columns) if rows else ""


def routing_html(routing: Routing, versions: Sequence[str]) -> str:
    """Return which versions serve, and who did what to them."""
    challenger = routing.challenger or "none"
    share = (
        words.percent(routing.challenger_share) + " of the customers" if routing.challenger else "no experiment runs"
    )
    shown = markup.facts(
        [
            markup.Fact("Champion", routing.champion, "answers"),
            markup.Fact("Challenger", challenger, share),
            markup.Fact("Versions", words.count(len(versions)), "in the registry"),
        ]
    )
    rows = [
        (words.when(entry.at), entry.action, entry.version, _who(entry), entry.why or "")
        for entry in reversed(routing.log)
    ]
    return (
        shown
        + markup.table("What was promoted", ("When", "What", "Version", "Who", "Why"), rows)
        + markup.source("routing.json of the registry")
    )


def usage_facts(found: Usage, currency: str) -> str:
    """Return the sums of a period."""
    sums = {name: sum(days.values()) for name, days in found.series.items()}
    scored, rejected = sums.get("Rows scored", 0.0), sums.get("Rows rejected", 0.0)
    shown = [markup.Fact("Predictions by the API", words.count(sums["Predictions"]))] if "Predictions" in sums else []
    if "Files" in sums:
        shown.append(markup.Fact("Files", words.count(sums["Files"])))
    if RECOVERABLE in sums:
        told = "expected cost of abandonment; offers recover a part of it"
        shown.append(markup.Fact("Recoverable margin", words.money(sums[RECOVERABLE], currency), told))
    shown += [
        markup.Fact("Customers scored in files", words.count(scored)),
        markup.Fact(
            "Rows rejected",
            words.count(rejected),
            f"{words.percent(rejected / (scored + rejected), 1)} of all" if scored + rejected else "",
        ),
        markup.Fact(
            "Expected recovered margin",
            words.money(sums.get(EXPECTED, 0.0), currency),
            "of the offers, over doing nothing",
        ),
        markup.Fact(
            "Largest drift", f"{max(found.series.get('Drift', {}).values(), default=0.0):.3f}", "PSI; changed above 0.2"
        ),
    ]
    return markup.facts(shown)


def levels_figure(found: Usage) -> go.Figure:
    """Return the customers by risk level and day."""
    days = sorted({day for name in words.LEVELS for day in found.series.get(name, {})})
    levels = {text: [found.series.get(name, {}).get(day, 0.0) for day in days] for name, text in words.LEVELS.items()}
    return figures.by_time(days, levels, "customers a day")


def margins_figure(found: Usage, currency: str) -> go.Figure:
    """Return the recoverable margin and what the offers are expected to recover of it, by week."""
    weeks = {name: by_week(found.series.get(name, {})) for name in (RECOVERABLE, EXPECTED)}
    mondays = sorted({monday for found_weeks in weeks.values() for monday in found_weeks})
    shown = {
        name: [of_week.get(monday, 0.0) for monday in mondays]
        for name, of_week in (("Recoverable", weeks[RECOVERABLE]), ("Expected to be recovered", weeks[EXPECTED]))
        if of_week
    }
    return figures.by_time(mondays, shown, f"{currency} a week, from Monday", stacked=False)


def latency_figure(found: Usage) -> go.Figure | None:
    """Return the API's latency by day; None where nobody measured it."""
    days = found.series.get(LATENCY, {})
    if not days:
        return None
    return figures.line(sorted(days), [days[day] for day in sorted(days)], f"{PERCENTILE} of a prediction, ms")


def by_week(days: Mapping[dt.date, float]) -> dict[dt.date, float]:
    """Return sums by week, each under its Monday."""
    weeks: dict[dt.date, float] = {}
    for day, number in sorted(days.items()):
        monday = day - dt.timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, 0.0) + number
    return weeks


def build(backend: Backend, page: gr.Blocks, tab: gr.Tab) -> None:  # noqa: ARG001
    """Lay the tab out."""
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}
    html(markup.heading("What was predicted"))
    with gr.Row(equal_height=False):
        period = gr.Radio(list(PERIODS), value="30 days", label="Period", elem_id="period", scale=4)
        refresh = gr.Button("Refresh", scale=1, min_width=100, elem_id="dashboard-refresh")
    sums = html("", elem_id="usage")
    with gr.Row():
        levels = gr.Plot(visible=False, label="Customers by risk level and day", elem_id="usage-levels")
        margins = gr.Plot(visible=False, label="Recoverable and expected recovered margin", elem_id="usage-margins")
    latency = gr.Plot(visible=False, label="Latency of the API", elem_id="usage-latency")
    html(markup.heading("How good is the model?"))
    quality = html("", elem_id="quality")
    with gr.Row(equal_height=False):
        calibration = gr.Plot(visible=False, label="Does the stated risk come true?", elem_id="calibration")
        confusion = html("", elem_id="confusion")
    blanked = html("", elem_id="blanked")
    slices = html("", elem_id="slices")
    html(markup.heading("Which model answers?"))
    routing = html("", elem_id="routing")
    view = _View(backend)
    gr.on([tab.select, period.change, refresh.click], view.usage, period, [sums, levels, margins, latency], **private)
    gr.on(
        [tab.select, refresh.click], view.quality, None, [quality, calibration, confusion, blanked, slices], **private
    )
    gr.on([tab.select, refresh.click], view.routing, None, routing, **private)


class _View:
    """What the controls do."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def usage(self, period: str) -> tuple[Any, ...]:
        """Show what was predicted in a period."""
        now = dt.datetime.now(dt.UTC)
        try:
            found = usage(self._backend, PERIODS[period], now)
            currency = self._backend.champion()["policy"]["currency"]
        except TOLD as error:
            return explained(error), *_NO_USAGE
        if found.empty:
            nothing = markup.note("info", f"Nothing was scored in the last {period}", "Score a file in the tab Files.")
            return nothing, *_NO_USAGE
        latency = latency_figure(found)
        shown = usage_facts(found, currency) + markup.source(f"{found.source}; asked at {words.when(now)}")
        return (
            shown, gr.Plot(levels_figure(found), visible=True), gr.Plot(margins_figure(found, currency), visible=True),
            gr.Plot(latency, visible=latency is not None),
        )  # fmt: skip

    def quality(self) -> tuple[Any, ...]:
        """Show the champion's metrics."""
        try:
            answer = self._backend.metrics()
        except TOLD as error:
            return explained(error), gr.Plot(visible=False), "", "", ""
        metrics = answer["metrics"]
        figure = figures.calibration(metrics["reliability"])
        return (
            metrics_html(metrics, answer["model_version"]), gr.Plot(figure, visible=True), confusion_html(metrics),
            blanked_html(metrics), slices_html(metrics),
        )  # fmt: skip

    def routing(self) -> str:
        """Show which versions serve."""
        try:
            registry = self._backend.store.registry
            return routing_html(registry.routing()[0], registry.versions())
        except TOLD as error:
            return explained(error)


_NO_USAGE: Final = (gr.Plot(visible=False),) * 3


def _metric(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _who(entry: Any) -> str:
    return getattr(entry, "who", None) or "not recorded"
