"""A small stand-in of what the console talks to, and a browser that visits it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import fixtures
from tests.browser.stand_in import StandIn, stand_in

start_browser = pytest.fixture(fixtures.start_browser, scope="module")


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """What is behind the console: without a model and without files at first."""
    with stand_in(tmp_path_factory.mktemp("stand-in")) as found:
        yield found
