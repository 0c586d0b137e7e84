"""What one input does over its values: its effects on explained shoppers, and the mean risk of the same customers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import gradio as gr
import plotly.graph_objects as go

from console import effect_figures, figures, markup, words
from console.backend import TOLD, Backend, explained
from console.customers import Cells
from console.effects import Effects
from console.html import html
from console.inputs import NO, YES, Field, Inputs
from lambda_fn import contract

STEPS: Final = 12  # values of a numeric input, about
SAMPLE: Final = 40  # customers of the last file whose risk is averaged
NOBODY_ELSE: Final = "a customer of whom nothing else is known"


def grid(field: Field, rows: Sequence[Cells] = ()) -> list[Any]:
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
    backend: Backend, inputs: Inputs, field: Field, values: Sequence[Any], rows: Sequence[Cells]
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


def sample(backend: Backend) -> tuple[list[Cells], str]:
    """Return customers of the last scored file, and where they come from in words."""
    customers, key = backend.last_customers(SAMPLE)
    return list(customers.values()), f"the first {len(customers)} customers of {key}" if customers else NOBODY_ELSE


def lay_out(backend: Backend, inputs: Inputs, strongest: Sequence[str], effects: Effects | None) -> None:
    """Lay the part out. ``strongest``: names of inputs, the most important first."""
    fields = {field.name: field for field in inputs.fields if grid(field)}
    first = next((name for name in strongest if name in fields), next(iter(fields), None))
    view = _View(backend, inputs, fields, effects)
    html(markup.heading("What one input does"))
    choices = [(field.label, name) for name, field in fields.items()]
    choice = gr.Dropdown(choices, value=first, label="Input", interactive=True, elem_id="driver-input")
    with gr.Row(equal_height=False):
        with gr.Column(min_width=320):
            if effects is not None:
                html(
                    "<p class='about'>Each dot is one explained customer: the input's value, and how far it moved the "
                    "risk.</p>"
                )
                figure = view.effects_figure(first)
                dots = gr.Plot(
                    figure, visible=figure is not None, label="Effect over the input's values", elem_id="dependence"
                )
                choice.input(view.effects, choice, dots, api_visibility="private")
        with gr.Column(min_width=320):
            html("<p class='about'>The mean risk of the same customers, had they all this value.</p>")
            show = gr.Button("Show the mean risk", variant="primary", elem_id="driver-show")
            plot = gr.Plot(visible=False, label="Mean risk over the input's values", elem_id="response")
            about = html("", elem_id="response-about")
    show.click(view.mean_risks, choice, [plot, about], api_visibility="private")


class _View:
    """What the controls do."""

    def __init__(self, backend: Backend, inputs: Inputs, fields: Mapping[str, Field], effects: Effects | None) -> None:
        self._backend = backend
        self._inputs = inputs
        self._fields = fields
        self._effects = effects

    def effects(self, name: str | None) -> Any:
        """Show the chosen input's effects; nothing where it has none."""
        figure = self.effects_figure(name)
        return gr.Plot(figure, visible=figure is not None)

    def effects_figure(self, name: str | None) -> go.Figure | None:
        """Return the chart of one input's effects; None where it has none."""
        found = self._effects.of(name) if self._effects is not None and name is not None else None
        if found is None or name is None:
            return None
        return effect_figures.dependence(found, self._fields[name].label)

    def mean_risks(self, name: str | None) -> tuple[Any, Any]:
        """Ask the API for the mean risk at each value."""
        if name is None:
            return gr.Plot(visible=False), markup.note("info", "Choose an input first")
        field = self._fields[name]
        try:
            people, whose = sample(self._backend)
            values = grid(field, people)
            risks = responses(self._backend, self._inputs, field, values, people)
        except TOLD as error:
            return gr.Plot(visible=False), explained(error)
        cells = [
            (value if isinstance(value, str) else f"{value:,.6g}", words.percent(risk, 1))
            for value, risk in zip(values, risks, strict=True)
        ]
        columns = ("Value", "Mean risk")
        table = markup.table(f"Mean risk by {field.label.lower()}", columns, cells, columns)
        figure = figures.response(values, risks, field.label)
        return gr.Plot(figure, visible=True), table + markup.source(f"the API, asked about {whose}")
