"""Empty and error states, as a browser shows them: each tab says what is missing and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lambda_fn.registry import Artefact
from tests import factories
from tests.browser.launch import StartBrowser
from tests.browser.serve import served
from tests.browser.stand_in import StandIn
from tests.browser.visit import HOST, TIMEOUT_MS, Visit

pytestmark = pytest.mark.slow

NO_MODEL = "No model answers yet. Train one, publish it, and promote it: python -m training run, then promote VERSION."
NO_ROUTING = "no model is promoted yet: train one, publish it, and promote it"
WRONG_KEY = "The API key is wrong or missing. Set APP_API_KEY to the environment's key and start the console again."
DOWN = f"The API at http://{HOST}:9/api/v1 does not answer (ConnectError). Is the environment up? Locally, `make local`"


@pytest.fixture(scope="module")
def url(behind: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(behind.environment, tmp_path_factory.mktemp("console") / "log") as address:
        yield address


def says(visit: Visit, tab: str, element: str, *texts: str) -> None:
    """Choose a tab, and wait until an element of it says these texts."""
    visit.tab(tab)
    for text in texts:
        expect(visit.page.locator(f"#{element}")).to_contain_text(text, timeout=TIMEOUT_MS)


def every_tab_says(visit: Visit, text: str) -> None:
    """Expect that each tab that asks the API says what is wrong, and that axe-core finds nothing serious in it."""
    for tab, element in (
        ("Customer", "customer-problem"),
        ("Drivers", "drivers-problem"),
        ("Simulator", "simulator-problem"),
        ("Dashboard", "quality"),
    ):
        says(visit, tab, element, text)
        assert visit.serious_faults() == []


def test_without_a_model_each_tab_says_how_to_get_one(start_browser: StartBrowser, url: str) -> None:
    with Visit.paid(start_browser, url) as visit:
        every_tab_says(visit, NO_MODEL)
        says(visit, "Dashboard", "routing", NO_ROUTING)
        says(visit, "Files", "file-counts", "No file was scored yet", "Choose a CSV above and press Score this file.")


def test_without_a_file_each_tab_says_where_to_score_one(
    behind: StandIn, start_browser: StartBrowser, url: str
) -> None:
    behind.promote(Artefact(*factories.artefact()))
    with Visit.paid(start_browser, url) as visit:
        says(visit, "Customer", "pick", "No file was scored yet: see the tab Files.")
        says(visit, "Files", "file-counts", "No file was scored yet")
        says(visit, "Simulator", "sim-result", "No file was scored yet", "Score one in the tab Files")
        says(visit, "Dashboard", "usage", "Nothing was scored in the last 30 days", "Score a file in the tab Files.")
        says(visit, "Drivers", "local-effects", "This model explains no single customers", "--model network")


def test_a_wrong_key_is_named_with_the_setting_to_change(
    behind: StandIn, start_browser: StartBrowser, tmp_path: Path
) -> None:
    wrong = {**behind.environment, "APP_API_KEY": "another-key"}  # pragma: allowlist secret
    with served(wrong, tmp_path / "log") as url, Visit.paid(start_browser, url) as visit:
        every_tab_says(visit, WRONG_KEY)


def test_an_api_that_is_down_and_a_bucket_that_is_not_set_are_named_with_what_to_do(
    behind: StandIn, start_browser: StartBrowser, tmp_path: Path
) -> None:
    down = {**behind.environment, "APP_API_URL": f"http://{HOST}:9/api/v1", "APP_DATA_BUCKET": ""}
    with served(down, tmp_path / "log") as url, Visit.paid(start_browser, url) as visit:
        every_tab_says(visit, DOWN)
        says(visit, "Files", "file-status", "No bucket is set. Set APP_DATA_BUCKET")
