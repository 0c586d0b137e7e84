"""The browser of a test file, for the ``conftest.py`` of each tier that visits the console.

Playwright keeps an event loop running in its thread, in which no other test could run one of its own. So it ends with
the file that needs it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.browser import launch
from tests.browser.launch import StartBrowser


def start_browser() -> Iterator[StartBrowser]:
    """Yield what starts a browser; skip where the pinned one does not run, except in CI."""
    if not launch.is_pinned_platform() and "CI" not in os.environ and launch.VARIABLE not in os.environ:
        pytest.skip(f"the pinned browser runs on Linux x86-64 only; set {launch.VARIABLE} to another one")
    with launch.browsers() as start:
        yield start
