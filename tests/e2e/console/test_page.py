"""Every tab at both widths: nothing serious for axe-core, nothing beside the window; and what a closed page refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.browser.launch import StartBrowser
from tests.browser.visit import NARROW, WIDE, Visit

READY = {
    "Customer": "#score",
    "Files": "#file-counts .facts",
    "Drivers": "#importance .js-plotly-plot",
    "Simulator": "#simulate",
    "Experiment": "#plan",
    "Dashboard": "#routing .facts",
}


@pytest.fixture(scope="module", params=[WIDE, NARROW])
def page(request: pytest.FixtureRequest, start_browser: StartBrowser, url: str) -> Iterator[Visit]:
    with Visit.paid(start_browser, url, request.param) as found:
        yield found


@pytest.mark.parametrize("tab", READY)
def test_a_tab_has_no_serious_fault_and_fits_its_window(page: Visit, scored: dict[str, Any], tab: str) -> None:
    assert scored["rows"] > 0
    page.tab(tab)
    page.page.locator(READY[tab]).first.wait_for()
    page.looks_right(tab.lower())


def test_a_customer_can_be_scored_by_keyboard(visit: Visit) -> None:
    visit.page.locator("#input-impulse_buying_score input").focus()
    visit.page.keyboard.type("7")
    for _ in range(200):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.id") == "score":
            break
    visit.page.keyboard.press("Enter")
    visit.page.locator("#answer .facts").wait_for()


def test_the_key_never_reaches_the_browser(visit: Visit, environment: dict[str, str], url: str) -> None:
    assert environment["APP_API_KEY"] not in visit.page.content()
    assert environment["APP_API_KEY"] not in httpx.get(url + "config", trust_env=False).text


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "", {"host": "shop.example"}),
        ("POST", "gradio_api/upload", {"origin": "https://shop.example"}),
        ("POST", "gradio_api/queue/join", {"sec-fetch-site": "cross-site"}),
    ],
)
def test_what_another_page_sends_is_refused(url: str, method: str, path: str, headers: dict[str, str]) -> None:
    assert httpx.request(method, url + path, headers=headers, trust_env=False).status_code == 403
