"""Simulator: other margins and offers on real customers, in the numbers of ``training.offers.simulate``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import gradio as gr

from console import markup, words
from console.backend import TOLD, Backend, explained
from console.html import html, when_opened
from console.tabs.policy_sliders import Knob, as_yaml, changed_policy, knobs
from console.tabs.simulated_file import HOLDOUT, NO_LIMIT, contrast_html, curve_figure, facts_html, offers_html, run
from lambda_fn.scoring.artefact.policy import Policy

EXPORT_NAME: Final = "offers.yaml"
MOST_CHOICES: Final = 200
NO_FILES: Final = markup.note(
    "info", "No file was scored yet", "Score one in the tab Files; its customers are simulated here."
)


def build(backend: Backend, page: gr.Blocks, tab: gr.Tab) -> None:  # noqa: ARG001
    """Lay the tab out. The sliders are those of the champion's offers at the time the page is opened."""

    def show() -> None:
        try:
            policy = backend.champion()["policy"]
            choices = customers(backend)
        except TOLD as error:
            html(explained(error) + markup.note("info", "Mend it, then reload this page"), elem_id="simulator-problem")
            return
        _Bench(backend, policy).lay_out(choices)

    when_opened(page, show)


def customers(backend: Backend) -> list[tuple[str, str]]:
    """Return whom to simulate: name and value of the scored files, the latest first, then the holdout."""
    files = [(file.stem, file.stem) for file in backend.store.scored_files()[:MOST_CHOICES]]
    try:
        effects = backend.effects()
    except TOLD:  # the files are enough to work with
        effects = None
    return files if effects is None else [*files, (f"holdout ({words.count(effects.shoppers)} customers)", HOLDOUT)]


class _Bench:
    """The sliders of one visit, and what they do."""

    def __init__(self, backend: Backend, policy: Mapping[str, Any]) -> None:
        self._backend = backend
        self._policy = policy
        self._knobs = knobs(policy)

    def lay_out(self, choices: list[tuple[str, str]]) -> None:
        """Put the sliders on the left and what they bring on the right."""
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=320):
                choice = gr.Dropdown(
                    choices,
                    value=choices[0][1] if choices else None,
                    label="Customers",
                    info="Of a scored file, or those of the holdout that the model explains.",
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
                result = html(_READY if choices else NO_FILES, elem_id="sim-result")
                plot = gr.Plot(visible=False, label="Expected margin by expected spend", elem_id="sim-curve")
                tables = html("", elem_id="sim-tables")
                export = html("", elem_id="sim-export")
        start.click(
            self._simulate, [choice, budget, *sliders], [result, plot, tables, export], api_visibility="private"
        )
        choice.focus(self._files, None, choice, api_visibility="private")

    def _files(self) -> Any:
        try:
            return gr.Dropdown(choices=customers(self._backend))
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
        whose = "the explained holdout rows in metrics.json" if stem == HOLDOUT else f"incoming/{stem}"
        source = markup.source(f"training.offers.simulate on {whose}, {words.when(dt.datetime.now(dt.UTC))}")
        return (
            facts_html(tried, limit) + source,
            gr.Plot(curve_figure(tried), visible=True),
            contrast_html(champion, tried) + offers_html(champion, tried),
            self._export(policy),
        )

    def _export(self, policy: Policy) -> str:
        token = self._backend.exports.put(EXPORT_NAME, as_yaml(policy))
        told = (
            f"Train with it: python -m training run --offers {EXPORT_NAME}. Nothing changes for customers before that."
        )
        return markup.heading("Take these offers along", told) + markup.link(
            "/download/export", "Export these offers (YAML)", {"token": token}
        )


_READY: Final = markup.note(
    "info", "Move a slider, then press Simulate", "The sliders start at the champion's numbers."
)
