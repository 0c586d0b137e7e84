"""Drivers and reasons in a browser, of a model that explains its customers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from console import words
from lambda_fn.registry import Artefact
from lambda_fn.scoring.manifest import METRICS_FILE, Manifest
from tests import factories
from tests.browser.launch import StartBrowser
from tests.browser.serve import served
from tests.browser.stand_in import StandIn
from tests.browser.visit import NARROW, WIDE, Visit

pytestmark = pytest.mark.slow

SHOPPERS = 60
NAMES = [field.name for field in factories.recipe().inputs]
STRONGEST, CATEGORY = "impulse_buying_score", "shopping_time_of_day"


def explained() -> dict[str, Any]:
    """Return explained rows in which one input decides, and one is a category that is sometimes missing."""
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 11, SHOPPERS)
    values: list[list[Any]] = []
    effects: list[list[float]] = []
    for shopper, score in enumerate(scores.tolist()):
        known = {STRONGEST: float(score), CATEGORY: None if shopper % 5 == 0 else ("Morning", "Night")[shopper % 2]}
        moved = {STRONGEST: (score - 5) / 10, CATEGORY: 0.0 if shopper % 5 == 0 else 0.02}
        values.append([known.get(name) for name in NAMES])
        effects.append([moved.get(name, 0.0) for name in NAMES])
    risk = [0.5 + sum(row) for row in effects]
    return {"inputs": NAMES, "nobody": 0.5, "risk": risk, "values": values, "effects": effects}


def artefact() -> Artefact:
    metrics = {"importance": {STRONGEST: 0.25, CATEGORY: 0.016}, "signals": []}
    manifest, files = factories.artefact(missing="value", metrics=metrics)
    body = json.dumps({**metrics, "explained": explained()}).encode()
    listed = manifest.model_dump(mode="json")
    listed["files"][METRICS_FILE] = {"sha256": hashlib.sha256(body).hexdigest(), "size_bytes": len(body)}
    return Artefact(Manifest.model_validate(listed), {**files, METRICS_FILE: body})


@pytest.fixture(scope="module")
def url(behind: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    behind.promote(artefact())
    with served(behind.environment, tmp_path_factory.mktemp("console") / "log") as address:
        yield address


@pytest.fixture(scope="module", params=[WIDE, NARROW])
def visit(request: pytest.FixtureRequest, start_browser: StartBrowser, url: str) -> Iterator[Visit]:
    with Visit.paid(start_browser, url, request.param) as found:
        yield found


def dots(visit: Visit, chart: str) -> list[int]:
    """Return how many dots each trace of a chart has."""
    found: list[int] = visit.page.evaluate(
        f"document.querySelector('#{chart} .js-plotly-plot').data.map((trace) => trace.x.length)"
    )
    return found


def looks_right(visit: Visit, name: str) -> None:
    width = visit.page.viewport_size["width"] if visit.page.viewport_size else 0
    visit.page.wait_for_timeout(500)  # charts are drawn after their data came
    visit.screenshot(f"explained-{name}-{width}")
    assert visit.serious_faults() == []
    assert visit.overflow() <= 0


def test_importance_stands_beside_single_effects_and_one_input_s_effects_over_its_values(visit: Visit) -> None:
    visit.tab("Drivers")
    visit.page.locator("#beeswarm .js-plotly-plot").wait_for()
    top = visit.page.locator("#importance .ytick").last.text_content()  # drawn from the bottom
    assert top == words.label(STRONGEST)
    assert dots(visit, "beeswarm") == [SHOPPERS, SHOPPERS - SHOPPERS // 5]  # a missing value has no dot
    assert f"{SHOPPERS} explained holdout rows" in str(visit.page.locator("#local-effects").inner_text())

    # One input's effects are those of the metrics document
    visit.page.locator("#dependence .js-plotly-plot").wait_for()
    shown = visit.page.evaluate("document.querySelector('#dependence .js-plotly-plot').data[0].y.slice(0, 3)")
    place = NAMES.index(STRONGEST)
    assert shown == pytest.approx([100 * row[place] for row in explained()["effects"][:3]])
    looks_right(visit, "drivers")


def test_an_answer_s_waterfall_leads_from_nothing_known_to_the_risk(visit: Visit) -> None:
    visit.tab("Customer")
    visit.page.locator(f"#input-{STRONGEST} input").fill("9")
    visit.page.locator("#score").click()
    visit.page.locator("#reasons .js-plotly-plot").wait_for()
    bars = visit.page.evaluate("document.querySelector('#reasons .js-plotly-plot').data[0].y")
    assert [bars[0], bars[-1]] == ["nothing known", "this shopper"]
    assert "Impulse buying score<br>=\u00a09" in bars
    base, *effects, risk = visit.page.evaluate("document.querySelector('#reasons .js-plotly-plot').data[0].x")
    assert base + sum(effects) == pytest.approx(risk, abs=0.1)
    assert words.percent(risk / 100, 1) in visit.text("answer")
    looks_right(visit, "customer")


def test_the_holdout_can_be_simulated_without_any_file(visit: Visit) -> None:
    visit.tab("Simulator")
    visit.page.locator("#sim-file input").wait_for()
    assert visit.page.locator("#sim-file input").input_value() == f"holdout ({SHOPPERS} customers)"
