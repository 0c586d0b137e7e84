"""Customer: one shopper's risk, offer and reasons, and what would be if something were different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import gradio as gr
import plotly.graph_objects as go

from console import figures, markup, words
from console.backend import TOLD, Backend, explained
from console.html import hidden, html, shown, when_opened
from console.inputs import NO, YES, Field, Inputs

REASONS: Final = 8  # inputs named in the waterfall; the others share a bar
PICKED_ROWS: Final = 200  # shoppers of the last file to choose from
OPEN_GROUPS: Final = 2  # groups of inputs that are open at first
_BLANK: Final = ("imputed", "missing")
_ISSUES: Final = {
    "clipped": "unusual",
    "unknown_category": "not a known value",
    "unknown_field": "not an input of this model",
}


@dataclass(frozen=True)
class Answered:
    """One answer, beside what the model says of a shopper of whom nothing is known.

    base_risk: None where the model gives no reasons.
    """

    record: dict[str, Any]
    answer: dict[str, Any]
    base_risk: float | None


def ask(backend: Backend, inputs: Inputs, record: Mapping[str, Any]) -> Answered:
    """Score one shopper, with reasons where the API gives them."""
    answer = backend.api.predict(record, reasons=REASONS)
    base = None
    if answer.get("reasons") is not None:
        base = float(backend.api.predict({inputs.id_name: record[inputs.id_name]})["abandonment_risk"])
    return Answered(dict(record), answer, base)


def answer_html(title: str, found: Answered, policy: Mapping[str, Any], before: Answered | None = None) -> str:
    """Return an answer in words; with ``before``, how it differs from an earlier one."""
    answer = found.answer
    risk, level = float(answer["abandonment_risk"]), str(answer["risk_level"])
    change = "" if before is None else words.points(risk - float(before.answer["abandonment_risk"]))
    offers = {one["name"]: one for one in policy["interventions"]}
    choice = str(answer["recommended_intervention"])
    margin = float(answer["estimated_margin_impact"])
    figures_shown = markup.facts(
        [
            markup.Fact("Abandonment risk", words.percent(risk, 1), change or _of_a_hundred(risk)),
            markup.Fact("Offer", words.offer(choice), words.discount(offers.get(choice))),
            markup.Fact("Expected margin", words.money(margin, policy["currency"]), _margin_change(margin, before)),
            markup.Fact(
                "The model is", words.confidence(float(answer["confidence"])), "that it predicts the right side"
            ),
        ]
    )
    pill = f"<span class='pill {level.lower()}'>{words.LEVELS[level]}</span>"
    return f"<h2>{title} {pill}</h2>{figures_shown}"


def warnings_html(answer: Mapping[str, Any]) -> str:
    """Return what was done to inputs before the shopper was scored."""
    noted = answer["warnings"]
    blank = [words.label(one["field"]) for one in noted if one["issue"] in _BLANK]
    others = [
        f"{words.label(one['field'])}: {_ISSUES[one['issue']]} ({one['detail']})"
        for one in noted
        if one["issue"] not in _BLANK
    ]
    parts = [markup.items(others)] if others else []
    if blank:
        named = ", ".join(blank)
        parts.append(
            markup.details(f"{len(blank)} inputs were left blank", f"<p class='about'>{markup.escape(named)}</p>")
        )
    return "".join(parts)


def changes_html(inputs: Inputs, before: Answered, after: Answered) -> str:
    """Return which inputs differ between two answers."""
    rows = [
        (words.label(field.name), _shown(before.record.get(field.name)), _shown(after.record.get(field.name)))
        for field in inputs.fields
        if before.record.get(field.name) != after.record.get(field.name)
    ]
    if not rows:
        return markup.note("info", "Nothing was changed yet", "Change an input, then ask what if.")
    return markup.table("What was changed", ("Input", "Answer", "What if"), rows)


def reasons_figure(found: Answered) -> go.Figure | None:
    """Return the waterfall from "nothing known" to the risk; None where the model gives no reasons."""
    if found.base_risk is None:
        return None
    effects = [(_reason(one), float(one["effect"])) for one in found.answer["reasons"]]
    return figures.waterfall(found.base_risk, effects, float(found.answer["abandonment_risk"]))


def reasons_note(found: Answered) -> str:
    """Return how to read the waterfall, or why there is none."""
    if found.base_risk is None:
        return markup.note(
            "info", "This model gives no reasons", "A model trained with reasons shows here what moved the risk."
        )
    return markup.source("reasons of the API: Shapley effects of known against missing, in points of risk")


def build(backend: Backend, page: gr.Blocks, tab: gr.Tab) -> None:  # noqa: ARG001
    """Lay the tab out. The inputs are those of the champion at the time the page is opened."""

    def show() -> None:
        try:
            inputs = backend.inputs()
            champion = backend.champion()
            importance = {
                one["input"]: float(one["importance"]) for one in backend.metrics()["metrics"].get("signals", [])
            }
        except TOLD as error:
            html(explained(error) + markup.note("info", "Mend it, then reload this page"), elem_id="customer-problem")
            return
        _Form(backend, inputs, champion["policy"], importance).lay_out()

    when_opened(page, show)


class _Form:
    """The controls of one visit, and what they do."""

    def __init__(
        self, backend: Backend, inputs: Inputs, policy: Mapping[str, Any], importance: Mapping[str, float]
    ) -> None:
        self._backend = backend
        self._inputs = inputs
        self._policy = policy
        self._groups = inputs.groups(importance)

    def lay_out(self) -> None:
        """Put the inputs on the left and the answers on the right."""
        with gr.Row(equal_height=False):
            with gr.Column(scale=5, min_width=320):
                pick, shopper = self._lay_out_shopper()
                controls = self._lay_out_inputs()
            with gr.Column(scale=7, min_width=320, elem_id="customer-answer"):
                with gr.Row():
                    score = gr.Button("Score this customer", variant="primary", elem_id="score")
                    what_if = gr.Button("What if", elem_id="what-if")
                    clear = gr.Button("Clear", elem_id="clear")
                with gr.Row(equal_height=False):
                    first = html(_WELCOME, elem_id="answer")
                    second = html("", elem_id="what-if-answer", visible=False)
                plot = gr.Plot(visible=False, show_label=False, elem_id="reasons")
                about = html("")
        answered = gr.State(None)
        fields = list(controls.values())
        private: dict[str, Any] = {"api_visibility": "private"}
        score.click(self._score, [shopper, *fields], [answered, first, second, plot, about], **private)
        what_if.click(self._what_if, [answered, shopper, *fields], [second, plot, about], **private)
        clear.click(self._clear, None, [pick, shopper, answered, first, second, plot, about, *fields], **private)
        pick.focus(self._offer_shoppers, None, pick, **private)
        pick.input(self._fill, pick, [shopper, *fields], **private)

    def _lay_out_shopper(self) -> tuple[gr.Dropdown, gr.Textbox]:
        choices = self._choices()
        pick = gr.Dropdown(
            choices, value=None, label="Pick a customer of the last scored file", filterable=True, interactive=True,
            elem_id="pick", info="Fills the inputs below." if choices else "No file was scored yet: see the tab Files.",
        )  # fmt: skip
        return pick, gr.Textbox(
            label=words.label(self._inputs.id_name), value="", placeholder="any id", interactive=True, elem_id="shopper"
        )

    def _lay_out_inputs(self) -> dict[str, Any]:
        html("<p class='about'>Leave blank what you do not know. The model was trained to work with less.</p>")
        made: dict[str, Any] = {}
        for place, (group, fields) in enumerate(self._groups.items()):
            with gr.Accordion(f"{words.label(group)} ({len(fields)})", open=place < OPEN_GROUPS), gr.Row():
                for field in fields:
                    made[field.name] = _control(field)
        return {field.name: made[field.name] for field in self._inputs.fields}

    def _record(self, shopper: str | None, values: Sequence[Any]) -> dict[str, Any]:
        names = [field.name for field in self._inputs.fields]
        return self._inputs.record(shopper or "", dict(zip(names, values, strict=True)))

    def _score(self, shopper: str, *values: Any) -> tuple[Any, ...]:
        try:
            found = ask(self._backend, self._inputs, self._record(shopper, values))
        except TOLD as error:
            return None, explained(error), hidden(), gr.Plot(visible=False), ""
        text = answer_html("Answer", found, self._policy) + warnings_html(found.answer)
        figure = reasons_figure(found)
        return found, text, hidden(), gr.Plot(figure, visible=figure is not None), reasons_note(found)

    def _what_if(self, before: Answered | None, shopper: str, *values: Any) -> tuple[Any, ...]:
        if before is None:
            first = markup.note("info", "Score the customer first", "Then change an input and compare.")
            return shown(first), gr.skip(), gr.skip()
        try:
            found = ask(self._backend, self._inputs, self._record(shopper, values))
        except TOLD as error:
            return shown(explained(error)), gr.skip(), gr.skip()
        text = answer_html("What if", found, self._policy, before) + changes_html(self._inputs, before, found)
        figure = reasons_figure(found)
        return shown(text), gr.Plot(figure, visible=figure is not None), reasons_note(found)

    def _clear(self) -> tuple[Any, ...]:
        blanks = (_content(field, None) for field in self._inputs.fields)
        return None, "", None, _WELCOME, hidden(), gr.Plot(visible=False), "", *blanks

    def _choices(self) -> list[str]:
        try:
            return list(self._backend.last_customers(PICKED_ROWS)[0])
        except TOLD:
            return []

    def _offer_shoppers(self) -> Any:
        return gr.Dropdown(choices=self._choices())

    def _fill(self, shopper: str | None) -> tuple[Any, ...]:
        try:
            row = self._backend.last_customers(PICKED_ROWS)[0].get(shopper or "", {})
        except TOLD:
            row = {}
        filled = self._inputs.from_row(row)
        return shopper or "", *(_content(field, filled[field.name]) for field in self._inputs.fields)


_WELCOME: Final = markup.note(
    "info", "Who is it?", "Pick a customer of the last file, or fill in what you know, and press Score this customer."
)


def _control(field: Field) -> Any:
    """Return the control of an input: its label, what it may hold, blank at first."""
    if field.kind == "flag":
        return gr.Radio(
            [YES, NO, words.UNKNOWN],
            value=words.UNKNOWN,
            label=field.label,
            min_width=200,
            interactive=True,
            elem_id=f"input-{field.name}",
        )
    if field.kind == "category" and field.known:
        return gr.Dropdown(
            list(field.known), value=None, label=field.label, allow_custom_value=True, min_width=200,
            interactive=True, elem_id=f"input-{field.name}",
        )  # fmt: skip
    return gr.Textbox(
        label=field.label,
        info=field.hint,
        value="",
        max_lines=1,
        min_width=200,
        interactive=True,
        elem_id=f"input-{field.name}",
    )


def _content(field: Field, value: Any) -> Any:
    if value is not None:
        return value
    return words.UNKNOWN if field.kind == "flag" else ("" if not field.known else None)


def _reason(reason: Mapping[str, Any]) -> str:
    return f"{words.label(reason['field'])} = {_shown(reason['value'])}"


def _shown(value: Any) -> str:
    if value is None:
        return "blank"
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def _of_a_hundred(risk: float) -> str:
    return f"of 100 customers like this one, {100 * risk:.0f} leave without buying"


def _margin_change(margin: float, before: Answered | None) -> str:
    if before is None:
        return "more than without an offer, on average"
    return f"{margin - float(before.answer['estimated_margin_impact']):+,.2f}"
