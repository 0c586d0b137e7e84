"""Drivers: importances of the metrics document, and risks that the API gives."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from cdk.ops.client import ShopClient
from console import words
from console.tabs import drivers
from tests.browser.visit import Visit


def test_the_strongest_input_is_first_and_its_effect_is_what_the_api_says(
    visit: Visit, client: ShopClient, scored: dict[str, Any]
) -> None:
    assert scored["scored"] > 0
    metrics = client.get("/model/metrics", key=client.api_key).json()["metrics"]
    strongest = drivers.strongest(metrics)[0]
    visit.tab("Drivers")
    visit.page.locator("#importance .js-plotly-plot").wait_for()
    top = visit.page.locator("#importance .ytick").last.text_content()  # drawn from the bottom
    assert str(top).replace(" ", "") == words.label(strongest).replace(" ", "")  # it may have two lines

    visit.page.locator("#driver-show").click()
    visit.page.locator("#response-about table").wait_for()

    shown = visit.page.locator("#response-about tbody tr").all_inner_texts()
    risks = [float(line.split("\t")[1].removesuffix("\u00a0%")) for line in shown]
    assert len(risks) >= 5
    assert all(after > before - 1 for before, after in pairwise(risks))  # more of it, more risk; in percent
    assert risks[0] < 50 < risks[-1]
