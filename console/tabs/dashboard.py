"""Dashboard: how good the model is, who promoted what, and what was predicted and earned."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import gradio as gr

from console import figures, markup, words
from console.backend import TOLD, Backend, explained
from console.html import html
from console.tabs.model_quality import blanked_html, confusion_html, metrics_html, routing_html, slices_html
from console.tabs.usage_charts import latency_figure, levels_figure, margins_figure, usage_facts
from console.usage import usage

PERIODS: Final = {"7 days": 7, "30 days": 30, "90 days": 90}


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
        with gr.Column(min_width=320):
            calibration = gr.Plot(visible=False, label="Does the stated risk come true?", elem_id="calibration")
        with gr.Column(min_width=320):
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
