"""The console over a model that gives reasons, visited at both widths."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.launch import StartBrowser
from tests.browser.serve import served
from tests.browser.stand_in import StandIn
from tests.browser.visit import NARROW, WIDE, Visit
from tests.integration.console.tabs.explained import artefact


@pytest.fixture(scope="module")
def url(behind: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    behind.promote(artefact())
    with served(behind.environment, tmp_path_factory.mktemp("console") / "log") as address:
        yield address


@pytest.fixture(scope="module", params=[WIDE, NARROW])
def visit(request: pytest.FixtureRequest, start_browser: StartBrowser, url: str) -> Iterator[Visit]:
    with Visit.paid(start_browser, url, request.param) as found:
        yield found
