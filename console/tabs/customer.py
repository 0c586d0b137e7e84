"""Customer: one shopper's risk, offer and reasons, and what would be if something were different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import gradio as gr

from console import markup, words
from console.backend import TOLD, Backend, explained
from console.html import hidden, html, shown, when_opened
from console.inputs import NO, YES, Field, Inputs
from console.tabs.customer_answer import (
    Answered,
    answer_html,
    ask,
    changes_html,
    reasons_figure,
    reasons_note,
    warnings_html,
)

PICKED_ROWS: Final = 200  # shoppers of the last file to choose from
OPEN_GROUPS: Final = 2  # groups of inputs that are open at first


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
                with gr.Row(equal_height=False, elem_id="answers"):
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
