"""Experiment: how long a test takes, and what its outcomes say. The statistics are those of ``training``."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any, Final

import gradio as gr
import plotly.graph_objects as go

from console import figures, markup, words
from console.backend import TOLD, Backend, explained
from console.html import html
from console.tabs.control_group import NO_LEARNT, NO_WATCH, NotLearnt, learnt_html, read_learnt, watch_html
from lambda_fn.scoring.arrays import Floats
from training.errors import DataRefused
from training.experiment.sequential import difference_sequence
from training.offers.ab_test import Analysis, Size, analyse, read_outcomes, sample_size

CONFIDENCE: Final = 0.95


def size_html(needed: Size, per_day: float) -> str:
    """Return the customers that a test needs, and how many days that takes."""
    total = needed.control + needed.treatment
    days = math.ceil(total / per_day) if per_day > 0 else None
    shown = [
        markup.Fact("Without the offer", words.count(needed.control), "customers"),
        markup.Fact("With the offer", words.count(needed.treatment), "customers"),
        markup.Fact(
            "Days to a result",
            "unknown" if days is None else words.count(days),
            "whole weeks are better: weekdays differ",
        ),
    ]
    return markup.facts(shown) + markup.source(
        "training.offers.ab_test.sample_size: Cohen's h, normal approximation, two-sided"
    )


def verdict(found: Analysis) -> str:
    """Return what the outcomes say, in a sentence."""
    if not found.trustworthy:
        return markup.note(
            "problem", "Do not use these outcomes",
            f"The customers were not split as planned (p-value {found.sample_ratio_p_value:.2g}). Find out why first.",
        )  # fmt: skip
    low, high = found.interval
    if low > 0:
        return markup.note("good", f"{found.treatment.name} does better", "The whole interval lies above no effect.")
    if high < 0:
        return markup.note("problem", f"{found.treatment.name} does worse", "The whole interval lies below no effect.")
    return markup.note(
        "wait", "No difference can be told yet", "The interval holds no effect. Wait for more customers."
    )


def analysis_html(found: Analysis) -> str:
    """Return both arms, the effect and its interval, and the check of the split."""
    low, high = found.interval
    arms = [(arm.name, words.count(arm.shoppers), f"{arm.mean:.5g}") for arm in (found.control, found.treatment)]
    split = "as planned" if found.trustworthy else "NOT as planned"
    shown = [
        markup.Fact(
            "Effect", f"{found.difference:+.5g}", f"{words.percent(CONFIDENCE)} interval {low:+.5g} to {high:+.5g}"
        ),
        markup.Fact("p-value", f"{found.p_value:.4g}", found.method),
        markup.Fact("Split of the customers", split, f"p-value {found.sample_ratio_p_value:.4g}"),
    ]
    return (
        verdict(found)
        + markup.facts(shown)
        + markup.table("The two arms", ("Arm", "Customers", "Mean outcome"), arms, ("Customers", "Mean outcome"))
    )


def sequential_html(control: Floats, treatment: Floats) -> str:
    """Return the verdict of a test that may be looked at every day."""
    found = difference_sequence(control, treatment, confidence=CONFIDENCE)
    low, high = found.interval
    told = "You may stop: it excludes no effect." if found.excludes_zero else "Go on: it still holds no effect."
    return markup.facts([markup.Fact("Looked at every day", f"{low:+.5g} to {high:+.5g}", told)])


def effect_figure(found: Analysis) -> go.Figure:
    """Return the effect with its interval."""
    low, high = found.interval
    return figures.interval(
        [(f"{found.treatment.name} less {found.control.name}", found.difference, low, high)],
        "difference of the mean outcome",
    )


def build(backend: Backend, page: gr.Blocks, tab: gr.Tab) -> None:  # noqa: ARG001
    """Lay the tab out."""
    private: dict[str, Any] = {"api_visibility": "private"}
    html(
        markup.heading(
            "How many customers does a test need?", "Before it starts: decide how large an effect is worth finding."
        )
    )
    with gr.Row(equal_height=False):
        with gr.Column(scale=4, min_width=320):
            baseline = gr.Slider(
                0.01, 0.99, value=0.05, step=0.01, label="Rate without the offer", info="Share of customers who buy."
            )
            lift = gr.Slider(
                0.001, 0.2, value=0.01, step=0.001, label="Rise worth finding", info="0.01: from 5 % to 6 %."
            )
            power = gr.Slider(0.5, 0.99, value=0.8, step=0.01, label="Chance of finding it")
            share = gr.Slider(0.05, 0.95, value=0.5, step=0.05, label="Share of customers with the offer")
            per_day = gr.Slider(10, 20_000, value=1_000, step=10, label="Customers a day")
            plan = gr.Button("Plan the test", variant="primary", elem_id="plan")
        with gr.Column(scale=8, min_width=320):
            planned = html(
                markup.note("info", "Nothing planned yet", "Set the rates and press Plan the test."), elem_id="planned"
            )
    html(
        markup.heading(
            "What did the test say?", "A CSV with one row a customer: the arm, and the outcome (0 and 1, or an amount)."
        )
    )
    with gr.Row(equal_height=False):
        with gr.Column(scale=4, min_width=320):
            upload = gr.File(
                label="CSV of outcomes, at most 25 MB", file_types=[".csv"], height=150, elem_id="outcomes"
            )
            arm = gr.Textbox(label="Column of the arm", value="arm")
            outcome = gr.Textbox(label="Column of the outcome", value="outcome")
            control = gr.Textbox(label="Name of the arm without the offer", value="control")
            look = gr.Button("Analyse the outcomes", variant="primary", elem_id="analyse")
        with gr.Column(scale=8, min_width=320):
            result = html(
                markup.note("info", "No outcomes yet", "Choose a CSV and press Analyse the outcomes."), elem_id="effect"
            )
            plot = gr.Plot(visible=False, label="Effect and its interval", elem_id="effect-figure")
    html(markup.heading("Control group", "What became of logged decisions, with and without an offer."))
    watched = html("", elem_id="watched")
    with gr.Row(equal_height=False):
        with gr.Column(scale=4, min_width=320):
            learnt = gr.File(label="learnt.json", file_types=[".json"], height=150, elem_id="learnt")
        with gr.Column(scale=8, min_width=320):
            recovered = html(NO_LEARNT, elem_id="recovered")
    tab.select(lambda: _watched(backend), None, watched, **private)
    learnt.change(_recovered, learnt, recovered, **private)
    plan.click(_plan, [baseline, lift, power, share, per_day], planned, **private)
    look.click(_analyse, [upload, arm, outcome, control, share], [result, plot], **private)


def _watched(backend: Backend) -> str:
    try:
        found = backend.store.watch_report()
        return NO_WATCH if found is None else watch_html(*found)
    except TOLD as error:
        return explained(error)


def _recovered(path: str | None) -> str:
    if path is None:
        return NO_LEARNT
    try:
        return learnt_html(read_learnt(Path(path)))
    except NotLearnt as error:
        return explained(error)


def _plan(baseline: float, lift: float, power: float, share: float, per_day: float) -> str:
    try:
        return size_html(sample_size(baseline, lift, power=power, share=share), per_day)
    except TOLD as error:
        return explained(error)


def _analyse(path: str | None, arm: str, outcome: str, control: str, share: float) -> tuple[Any, Any]:
    if path is None:
        return markup.note("problem", "Choose a CSV first"), gr.Plot(visible=False)
    try:
        arms = read_outcomes(Path(path), arm.strip(), outcome.strip(), control.strip())
        if len(arms) > 2:
            raise DataRefused(f"This page compares two arms, not {len(arms)}; `training experiment` does more.")
        (_, without), (name, with_) = arms.items()
        found = analyse(without, with_, names=(control.strip(), name), share=share, confidence=CONFIDENCE)
    except TOLD as error:
        return markup.note("problem", "That did not work", str(error).replace(path, Path(path).name)), gr.Plot(
            visible=False
        )
    source = markup.source(
        f"training.offers.ab_test.analyse on {Path(path).name}, {words.when(dt.datetime.now(dt.UTC))}"
    )
    shown = analysis_html(found) + sequential_html(without, with_) + source
    return shown, gr.Plot(effect_figure(found), visible=True)
