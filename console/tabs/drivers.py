"""Drivers: which inputs decide, for everybody and for single customers, and what one input does over its values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import gradio as gr
import plotly.graph_objects as go

from console import figures, markup, words
from console.backend import TOLD, Backend, explained
from console.html import html, when_opened
from console.inputs import NO, YES, Field, Inputs
from lambda_fn import contract

MOST_INPUTS: Final = 12  # in a chart
FEWEST_INPUTS: Final = 3
NEGLIGIBLE: Final = 0.0005  # AUC
STEPS: Final = 12  # values of a numeric input, about
SAMPLE: Final = 40  # customers of the last file whose risk is averaged


def importance_figure(signals: Sequence[Mapping[str, Any]]) -> go.Figure:
    """Return the AUC that is lost when an input's values are shuffled among customers."""
    ranked = sorted(signals, key=lambda one: -float(one["importance"]))[:MOST_INPUTS]
    top = [one for one in ranked if float(one["importance"]) >= NEGLIGIBLE] or ranked[:FEWEST_INPUTS]
    return figures.bars({words.label(one["input"]): float(one["importance"]) for one in top}, "AUC lost when shuffled")


def beeswarm_figure(explanations: Sequence[Mapping[str, Any]]) -> go.Figure:
    """Return the effects of the explained holdout rows: each has ``effects`` and ``values`` by input."""
    effects: dict[str, list[float]] = {}
    values: dict[str, list[Any]] = {}
    for row in explanations:
        for name, effect in row["effects"].items():
            effects.setdefault(name, []).append(float(effect))
            values.setdefault(name, []).append(row.get("values", {}).get(name))
    top = sorted(effects, key=lambda name: -sum(map(abs, effects[name])) / len(effects[name]))[:MOST_INPUTS]
    return figures.beeswarm(
        {words.label(name): effects[name] for name in top}, {words.label(name): _shades(values[name]) for name in top}
    )


def grid(field: Field, rows: Sequence[Mapping[str, str]] = ()) -> list[Any]:
    """Return the values of an input to try: over the range of the rows, or of its bounds; or all of them."""
    match field.kind:
        case "flag":
            return [NO, YES]
        case "category":
            return list(field.known)
        case "number" if field.minimum is not None and field.maximum is not None:
            found = [number for row in rows if (number := words.number(row.get(field.name, ""))) is not None]
            inside = [number for number in found if field.minimum <= number <= field.maximum]
            return even_steps(min(inside, default=field.minimum), max(inside, default=field.maximum), field.whole)
    return []


def even_steps(low: float, high: float, whole: bool) -> list[float]:
    """Return round numbers from ``low`` to ``high``, about STEPS of them.

    >>> even_steps(0, 10, whole=False)
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    """
    if high <= low:
        return [low]
    rough = (high - low) / (STEPS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    step = max(step, 1.0) if whole else step
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [min(max(round(place * step, 10), low), high) for place in range(first, last + 1)] or [low]


def responses(
    backend: Backend, inputs: Inputs, field: Field, values: Sequence[Any], rows: Sequence[Mapping[str, str]]
) -> list[float]:
    """Return the mean risk of customers (of nobody known, where there are none) had they all each of the values."""
    people: list[dict[str, Any]] = [inputs.from_row(row) for row in rows] or [{}]
    records = [inputs.record("console", {**person, field.name: value}) for value in values for person in people]
    risks: list[float] = []
    for start in range(0, len(records), contract.MAX_BATCH_RECORDS):
        found = backend.api.predict_many(records[start : start + contract.MAX_BATCH_RECORDS])
        risks += [float(one["abandonment_risk"]) for one in found]
    size = len(people)
    return [sum(risks[place * size : (place + 1) * size]) / size for place in range(len(values))]


def sample_rows(backend: Backend, inputs: Inputs) -> tuple[list[dict[str, str]], str]:
    """Return customers of the last scored file, and where they come from in words."""
    files = backend.store.scored_files()
    report = backend.store.report(files[0].stem) if files else None
    if report is None:
        return [], "a customer of whom nothing else is known"
    key = report["input"]["key"]
    rows = backend.store.first_rows(key, SAMPLE)
    scored = {row[inputs.id_name] for row in backend.store.first_rows(report["outputs"]["scored"], SAMPLE)}
    usable = [row for row in rows if row.get(inputs.id_name) in scored]
    return usable, f"the first {len(usable)} customers of {key}"


def build(backend: Backend, page: gr.Blocks, tab: gr.Tab) -> None:  # noqa: ARG001
    """Lay the tab out."""

    def show() -> None:
        try:
            inputs = backend.inputs()
            metrics = backend.metrics()
        except TOLD as error:
            html(explained(error) + markup.note("info", "Mend it, then reload this page"))
            return
        _lay_out(backend, inputs, metrics["metrics"], metrics["model_version"])

    when_opened(page, show)


def _lay_out(backend: Backend, inputs: Inputs, metrics: Mapping[str, Any], version: str) -> None:
    signals = metrics.get("signals", [])
    explanations = metrics.get("explanations")
    with gr.Row(equal_height=False):
        with gr.Column(min_width=320):
            html(
                markup.heading(
                    "What decides for everybody",
                    "How much worse the model ranks customers when it cannot use an input.",
                )
            )
            gr.Plot(importance_figure(signals), label="Importance of the inputs", elem_id="importance")
            html(markup.source(f"metrics.json of {version}, validation rows"))
        with gr.Column(min_width=320, elem_id="local-effects"):
            html(
                markup.heading(
                    "What moved single customers", "Each dot is one customer: how far the input moved the risk."
                )
            )
            if explanations:
                gr.Plot(beeswarm_figure(explanations), label="Effects on single customers", elem_id="beeswarm")
                html(markup.source(f"explained holdout rows in metrics.json of {version}; red: high values, blue: low"))
            else:
                html(
                    markup.note(
                        "info",
                        "This model explains no single customers",
                        "A model trained with reasons shows them here.",
                    )
                )
    _lay_out_response(backend, inputs, signals)


def _lay_out_response(backend: Backend, inputs: Inputs, signals: Sequence[Mapping[str, Any]]) -> None:
    fields = {field.name: field for field in inputs.fields if grid(field)}
    first = next((one["input"] for one in signals if one["input"] in fields), next(iter(fields), None))
    html(markup.heading("What one input does", "The mean risk of the same customers, had they all this value."))
    choices = [(field.label, name) for name, field in fields.items()]
    choice = gr.Dropdown(choices, value=first, label="Input", interactive=True, elem_id="driver-input")
    show = gr.Button("Show its effect", variant="primary", elem_id="driver-show")
    plot = gr.Plot(visible=False, label="Mean risk over the input's values", elem_id="response")
    about = html("", elem_id="response-about")

    def respond(name: str | None) -> tuple[Any, Any]:
        if name is None:
            return gr.Plot(visible=False), markup.note("info", "Choose an input first")
        field = fields[name]
        try:
            rows, whose = sample_rows(backend, inputs)
            values = grid(field, rows)
            risks = responses(backend, inputs, field, values, rows)
        except TOLD as error:
            return gr.Plot(visible=False), explained(error)
        cells = [
            (value if isinstance(value, str) else f"{value:,.6g}", words.percent(risk, 1))
            for value, risk in zip(values, risks, strict=True)
        ]
        table = markup.table(
            f"Mean risk by {field.label.lower()}", ("Value", "Mean risk"), cells, ("Value", "Mean risk")
        )
        return gr.Plot(figures.response(values, risks, field.label), visible=True), table + markup.source(
            f"the API, asked about {whose}"
        )

    show.click(respond, choice, [plot, about], api_visibility="private")


def _shades(values: Sequence[Any]) -> list[float]:
    """Return where each value lies between the smallest and the largest, 0 to 1; half-way where it is no number."""
    numbers = [float(value) for value in values if isinstance(value, (int, float))]
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    span = high - low
    return [(float(value) - low) / span if isinstance(value, (int, float)) and span else 0.5 for value in values]
