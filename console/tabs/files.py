"""Files: have a CSV scored, see what became of it, and take the results away."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import gradio as gr

from console import markup, words
from console.backend import TOLD, Backend, explained
from console.html import html
from console.store import Progress, outputs_of
from console.tabs.file_report import (
    counts_html,
    downloads_html,
    drift_html,
    failure_html,
    mix_figures,
    rows_html,
    stem_of,
)
from lambda_fn import contract

MAX_UPLOAD_BYTES: Final = 25 * 1024 * 1024
FIRST_ROWS: Final = 10
POLL_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 900.0
MOST_CHOICES: Final = 200
AS_OF, BUDGET, REASONS = "as-of", "budget", "reasons"  # metadata of a dropped file
STAGES: Final = ("Uploaded", "Header read", "Rows scored", "Results joined")
NO_FILE: Final = markup.note("info", "No file was scored yet", "Choose a CSV above and press Score this file.")


def metadata(as_of: str | None, budget: str | None, reasons: float | None) -> dict[str, str]:
    """Return what the workflow is told about a file. Raises words.Unfit."""
    told: dict[str, str] = {}
    if as_of and as_of.strip():
        try:
            told[AS_OF] = dt.date.fromisoformat(as_of.strip()).isoformat()
        except ValueError as error:
            raise words.Unfit(f"{as_of!r} is not a date. Write it as 2026-11-26, or leave it blank.") from error
    if (amount := words.amount(budget)) is not None:
        told[BUDGET] = f"{amount:.2f}"
    if reasons:
        told[REASONS] = str(int(reasons))
    return told


def stages_done(found: Progress) -> int:
    """Return how many of the STAGES are finished."""
    if not found.planned:
        return 1
    return 3 if found.chunks and found.scored_chunks >= found.chunks else 2


def stages_html(found: Progress) -> str:
    """Return the stages of a job, with the parts that are scored."""
    parts = f"{found.scored_chunks} of {found.chunks} parts are scored." if found.chunks > 1 else ""
    return markup.steps(STAGES, stages_done(found)) + (f"<p class='about'>{parts}</p>" if parts else "")


def too_large_html(bucket: str) -> str:
    """Return how to drop a file that is larger than the page takes."""
    command = f"aws s3 cp shoppers.csv s3://{bucket or 'DATA_BUCKET'}/{contract.INCOMING_PREFIX}"
    size = MAX_UPLOAD_BYTES // (1024 * 1024)
    told = markup.note("info", "It is scored the same way", "Press Refresh later, and choose it in the list.", command)
    return markup.details(f"Larger than {size} MB? Use the AWS command line", told)


def follow(backend: Backend, name: str, since: dt.datetime) -> Iterator[Progress | dict[str, Any] | str]:
    """Yield the progress of a dropped file, and at last its report; or a message where it was not scored."""
    outputs = outputs_of(name)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if report := backend.store.report(outputs.stem, since):
            yield report
            return
        if failure := backend.store.failure(outputs.stem, since):
            yield failure_html(failure)
            return
        yield backend.store.progress(contract.INCOMING_PREFIX + name, since)
        time.sleep(POLL_SECONDS)
    yield markup.note(
        "wait", "It takes longer than usual", "The workflow goes on without this page. Press Refresh later."
    )


def build(backend: Backend, page: gr.Blocks, tab: gr.Tab) -> None:  # noqa: ARG001
    """Lay the tab out."""
    with gr.Row(equal_height=False):
        with gr.Column(scale=4, min_width=320):
            upload = gr.File(
                label="CSV of customers, at most 25 MB",
                file_types=[".csv", ".gz", ".CSV"],
                elem_id="upload",
                height=150,
            )
            html(too_large_html(backend.store.bucket))
            as_of = gr.Textbox(
                label="As-of date",
                info="Recency counts to this day. Blank: the day of the upload.",
                placeholder="2026-11-26",
            )
            budget = gr.Textbox(
                label="Budget", info="Largest expected spend on offers. Blank: no limit.", elem_id="file-budget"
            )
            reasons = gr.Slider(
                0,
                5,
                value=0,
                step=1,
                label="Reasons per customer",
                info="Inputs that moved the risk most, in the scored file. The model must be one that gives reasons.",
            )
            drop = gr.Button("Score this file", variant="primary", elem_id="drop")
        with gr.Column(scale=8, min_width=320, elem_id="file-result"):
            with gr.Row(equal_height=False):
                choice = gr.Dropdown([], label="Scored files, the latest first", elem_id="scored-files", scale=4)
                refresh = gr.Button("Refresh", elem_id="refresh", scale=1, min_width=100)
            status = html("", elem_id="file-status")
            counts = html(NO_FILE, elem_id="file-counts")
            links = html("", elem_id="file-downloads")
            with gr.Row():
                levels = gr.Plot(visible=False, label="Customers by risk", elem_id="file-levels")
                offers = gr.Plot(visible=False, label="Customers by offer", elem_id="file-offers")
            rows = html("", elem_id="file-rows")
            rejected = html("", elem_id="file-rejected")
            inputs = html("", elem_id="file-inputs")
    parts = [counts, links, levels, offers, rows, rejected, inputs]
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}
    view = _View(backend)
    drop.click(view.drop, [upload, as_of, budget, reasons], [status, choice, *parts, drop, upload], **private)
    choice.input(view.show, choice, [status, *parts], **private)
    gr.on([refresh.click, tab.select], view.refresh, choice, [choice, status, *parts], **private)


class _View:
    """What the controls do."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def drop(
        self, path: str | None, as_of: str | None, budget: str | None, reasons: float | None
    ) -> Iterator[tuple[Any, ...]]:
        """Drop an uploaded file and follow it to its end."""
        nothing = [gr.skip()] * 8
        if path is None:
            yield markup.note("problem", "Choose a file first"), *nothing, gr.skip(), gr.skip()
            return
        file = Path(path)
        try:
            told = metadata(as_of, budget, reasons)
            yield stages_html(Progress()), *nothing, gr.Button(interactive=False), gr.skip()
            since = self._backend.store.drop(file, file.name, told)
            for found in follow(self._backend, file.name, since):
                if isinstance(found, dict):
                    done = markup.steps(STAGES, len(STAGES))
                    yield done, self._files(stem_of(found)), *self._parts(found), gr.Button(interactive=True), None
                    return
                shown = stages_html(found) if isinstance(found, Progress) else found
                yield shown, *nothing, gr.skip(), gr.skip()
        except (words.Unfit, *TOLD) as error:
            yield explained(error), *nothing, gr.skip(), gr.skip()
        finally:
            file.unlink(missing_ok=True)
        yield gr.skip(), *nothing, gr.Button(interactive=True), None

    def show(self, stem: str | None) -> tuple[Any, ...]:
        """Show a file that was scored before."""
        try:
            report = self._backend.store.report(stem) if stem else None
            return ("", *self._parts(report)) if report else ("", NO_FILE, "", *_NO_PLOTS, "", "", "")
        except TOLD as error:
            return explained(error), "", "", *_NO_PLOTS, "", "", ""

    def refresh(self, stem: str | None) -> tuple[Any, ...]:
        """List the files again, and show the chosen one or the latest."""
        try:
            choices = [file.stem for file in self._backend.store.scored_files()[:MOST_CHOICES]]
        except TOLD as error:
            return gr.Dropdown(choices=[]), explained(error), "", "", *_NO_PLOTS, "", "", ""
        chosen = stem if stem in choices else next(iter(choices), None)
        return gr.Dropdown(choices=choices, value=chosen), *self.show(chosen)

    def _files(self, chosen: str) -> Any:
        choices = [file.stem for file in self._backend.store.scored_files()[:MOST_CHOICES]]
        return gr.Dropdown(choices=choices, value=chosen)

    def _parts(self, report: Mapping[str, Any]) -> tuple[Any, ...]:
        store, outputs = self._backend.store, report["outputs"]
        levels, offers = mix_figures(report)
        scored = rows_html(
            store.first_rows(outputs["scored"], FIRST_ROWS), "First scored customers", "No row was scored."
        )
        rejected = rows_html(
            store.first_rows(outputs["rejected"], FIRST_ROWS), "First rejected rows", "No row was rejected."
        )
        return (
            counts_html(report), downloads_html(report), gr.Plot(levels, visible=True), gr.Plot(offers, visible=True),
            scored, rejected, drift_html(report),
        )  # fmt: skip


_NO_PLOTS: Final = (gr.Plot(visible=False), gr.Plot(visible=False))
