"""How long a user of the console waits, in a real browser: for the page, for an answer, and for a scored file."""

from __future__ import annotations

import datetime as dt
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from lambda_fn import contract
from lambda_fn.batch.keys import Outputs
from tests.bench.figures import Figure
from tests.browser.launch import browsers
from tests.browser.serve import served
from tests.browser.stand_in import DATA_BUCKET, StandIn, stand_in
from tests.browser.visit import Visit
from training.release.package import read

START_REACH_SECONDS: Final = 15.0
ANSWER_REACH_SECONDS: Final = 1.0
ROWS_REACH_SECONDS: Final = 5.0
ROWS: Final = 60_000  # of the twin, 14 MB
TRAINED_ROWS: Final = 20_000  # fewer are measured by cross-fitting, which trains six times
ANSWERS: Final = 7
NAME: Final = "bench.csv"
SCORED_WITHIN_SECONDS: Final = 300.0


def measure() -> list[Figure]:
    """Return the seconds to a usable page, to an answer with reasons, and to a scored file's first rows."""
    with ExitStack() as stack:
        sink = stack.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
        stack.enter_context(redirect_stdout(sink))  # the API's log and metric lines
        name = stack.enter_context(TemporaryDirectory(prefix="bench-"))
        behind = stack.enter_context(stand_in(Path(name)))
        start = stack.enter_context(browsers())
        folder = Path(name)
        data = folder / NAME
        _promote_with_reasons(behind, folder, data)
        began = time.perf_counter()
        with served(behind.environment, folder / "console.log") as url, start() as browser:
            visit = Visit.open(browser, url)
            visit.page.locator("#score").wait_for()
            started = time.perf_counter() - began
            return [
                _figure("console_start_s", started, START_REACH_SECONDS, "process start to a page that takes a click"),
                _figure("console_answer_s", _answer(visit), ANSWER_REACH_SECONDS, "click to answer and its waterfall"),
                _figure("console_rows_s", _first_rows(visit, behind, data), ROWS_REACH_SECONDS, _rows_detail(data)),
            ]


def _promote_with_reasons(behind: StandIn, folder: Path, data: Path) -> None:
    _train("sample", "--rows", str(ROWS), "--seed", "11", "--country", "USA", "--out", str(data))
    few = folder / "few.csv"
    with data.open("rb") as source:
        few.write_bytes(b"".join(line for line, _ in zip(source, range(TRAINED_ROWS + 1), strict=False)))
    out = folder / "models"
    version = _train("run", "--data", str(few), "--model", "network", "--out", str(out), "--no-track")
    behind.promote(read(out / version))


def _train(*arguments: str) -> str:
    """Run the training job's CLI and return the last line it prints."""
    command = [sys.executable, "-m", "training", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip().splitlines()[-1]


def _answer(visit: Visit) -> float:
    """Return the median seconds from the click to the reasons of an answer."""
    seconds = []
    for score in range(ANSWERS):
        visit.page.locator("#clear").click()
        visit.page.locator("#reasons .js-plotly-plot").wait_for(state="hidden")
        visit.page.locator("#input-impulse_buying_score input").fill(str(score))
        visit.page.locator("#input-stress_from_financial_decisions input").fill("7")
        began = time.perf_counter()
        visit.page.locator("#score").click()
        visit.page.locator("#answer .facts").wait_for()
        visit.page.locator("#reasons .js-plotly-plot").wait_for()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _first_rows(visit: Visit, behind: StandIn, data: Path) -> float:
    """Return the seconds from the report on an uploaded file to its first rows on the page."""
    workflow = behind.watch(data.name)
    visit.tab("Files")
    visit.page.locator("#upload input[type=file]").set_input_files(data)
    visit.page.locator("#upload").get_by_text(data.stem).wait_for()
    visit.page.locator("#drop").click()
    visit.page.locator("#file-rows table").wait_for(timeout=SCORED_WITHIN_SECONDS * 1000)
    shown = dt.datetime.now(dt.UTC)
    workflow.join()
    report = behind.s3.head_object(Bucket=DATA_BUCKET, Key=Outputs.of(contract.INCOMING_PREFIX + data.name).report)
    seconds: float = (shown - report["LastModified"]).total_seconds()  # the report's time is cut to whole seconds
    return seconds


def _figure(name: str, seconds: float, reach: float, detail: str) -> Figure:
    return Figure(name, round(seconds, 2), "s", reach, at_least=False, detail=detail)


def _rows_detail(data: Path) -> str:
    return f"report to first rows, {data.stat().st_size / 1e6:.0f} MB, {ROWS:,} rows"
