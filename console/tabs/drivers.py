"""Drivers: which inputs decide, for everybody and for single customers, and what one input does over its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import gradio as gr
import plotly.graph_objects as go

from console import effect_figures, figures, markup, words
from console.backend import TOLD, Backend, explained
from console.effects import Effects
from console.html import html, when_opened
from console.tabs import one_input

MOST_INPUTS: Final = 12  # in a chart
FEWEST_INPUTS: Final = 3
NEGLIGIBLE: Final = 0.0005  # AUC, or probability
NO_EFFECTS: Final = markup.note(
    "info",
    "This model explains no single customers",
    "A model that gives reasons shows them here. Train one: python -m training run --model network.",
)


def importance_figure(metrics: Mapping[str, Any]) -> go.Figure:
    """Return the importance of the inputs: their mean absolute effect, or else the AUC lost without them."""
    if effects := metrics.get("importance"):
        points = {name: 100 * float(effect) for name, effect in effects.items()}
        return figures.bars(_top(points, 100 * NEGLIGIBLE), "mean effect, points of risk", decimals=1)
    lost = {one["input"]: float(one["importance"]) for one in metrics.get("signals", [])}
    return figures.bars(_top(lost, NEGLIGIBLE), "AUC lost when shuffled", decimals=4)


def importance_about(metrics: Mapping[str, Any]) -> tuple[str, str]:
    """Return what the importance is, and on which rows it was measured."""
    if metrics.get("importance"):
        return "How far an input moves the risk, up or down, on average.", "explained holdout rows"
    return "How much worse the model ranks customers when it cannot use an input.", "validation rows"


def beeswarm_figure(effects: Effects) -> go.Figure:
    """Return the effects of the inputs that move the explained shoppers' risks most."""
    return effect_figures.beeswarm([one for one in effects.inputs if one.values][:MOST_INPUTS])


def build(backend: Backend, page: gr.Blocks, tab: gr.Tab) -> None:  # noqa: ARG001
    """Lay the tab out."""

    def show() -> None:
        try:
            inputs = backend.inputs()
            metrics = backend.metrics()
        except TOLD as error:
            html(explained(error) + markup.note("info", "Mend it, then reload this page"), elem_id="drivers-problem")
            return
        effects = _lay_out(backend, metrics["metrics"], metrics["model_version"])
        one_input.lay_out(backend, inputs, strongest(metrics["metrics"]), effects)

    when_opened(page, show)


def strongest(metrics: Mapping[str, Any]) -> list[str]:
    """Return the names of the inputs, the most important first."""
    found = metrics.get("importance") or {one["input"]: one["importance"] for one in metrics.get("signals", [])}
    return sorted(found, key=lambda name: -float(found[name]))


def _lay_out(backend: Backend, metrics: Mapping[str, Any], version: str) -> Effects | None:
    effects, problem = _effects(backend)
    about, rows = importance_about(metrics)
    with gr.Row(equal_height=False):
        with gr.Column(min_width=320):
            html(markup.heading("What decides for everybody", about))
            gr.Plot(importance_figure(metrics), label="Importance of the inputs", elem_id="importance")
            html(markup.source(f"metrics.json of {version}, {rows}"))
        with gr.Column(min_width=320, elem_id="local-effects"):
            told = "Each dot is one customer: how far the input moved the risk."
            html(markup.heading("What moved single customers", told))
            if effects is None:
                html(problem)
            else:
                gr.Plot(beeswarm_figure(effects), label="Effects on single customers", elem_id="beeswarm")
                html(
                    "<p class='about'>Red dots: high values. Blue: low. Grey: categories.</p>"
                    + markup.source(
                        f"metrics.json of {version}, {words.count(effects.shoppers)} explained holdout rows"
                    )
                )
    return effects


def _effects(backend: Backend) -> tuple[Effects | None, str]:
    """Return the effects; or None, and why there are none."""
    try:
        return backend.effects(), NO_EFFECTS
    except TOLD as error:
        return None, explained(error)


def _top(importance: Mapping[str, float], negligible: float) -> dict[str, float]:
    ranked = sorted(importance, key=lambda name: -importance[name])[:MOST_INPUTS]
    top: Sequence[str] = [name for name in ranked if importance[name] >= negligible] or ranked[:FEWEST_INPUTS]
    return {words.label(name): importance[name] for name in top}
