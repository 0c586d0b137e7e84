"""Drivers and reasons in a browser, of a model that explains its customers."""

from __future__ import annotations

import pytest

from console import words
from tests.browser.visit import Visit
from tests.integration.console.tabs.explained import NAMES, SHOPPERS, STRONGEST, explained

pytestmark = pytest.mark.slow


def dots(visit: Visit, chart: str) -> list[int]:
    """Return how many dots each trace of a chart has."""
    found: list[int] = visit.page.evaluate(
        f"document.querySelector('#{chart} .js-plotly-plot').data.map((trace) => trace.x.length)"
    )
    return found


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
    visit.looks_right("explained-drivers")


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
    visit.looks_right("explained-customer")


def test_the_holdout_can_be_simulated_without_any_file(visit: Visit) -> None:
    visit.tab("Simulator")
    visit.page.locator("#sim-file input").wait_for()
    assert visit.page.locator("#sim-file input").input_value() == f"holdout ({SHOPPERS} customers)"
