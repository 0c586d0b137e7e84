"""A visit to the console: everything the page asks for and complains about is kept, and must be harmless."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.browser.launch import HERE, StartBrowser

HOST: Final = "127.0.0.1"
WIDE, NARROW = 1280, 390  # pixels
HEIGHT: Final = 900
TIMEOUT_MS: Final = 60_000
DRAWN_MS: Final = 500  # charts are drawn after their data came
SCREENSHOTS: Final = HERE.parents[1] / ".local" / "screenshots"
AXE: Final = HERE / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS: Final = frozenset({"serious", "critical"})
# An element that waits for the server is pale, and so is one that fades in: neither is what a user reads.
SETTLED: Final = """() => !document.querySelector('.pending, .generating') && document.getAnimations().every(
    one => one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"""


@dataclass
class Visit:
    """A page, with the hosts it asked and the errors it logged."""

    page: Page
    hosts: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def paid(cls, start: StartBrowser, url: str, width: int = WIDE) -> Iterator[Visit]:
        """Visit the console with a browser of its own. At the end nothing may have gone wrong unseen."""
        with start() as browser:
            visit = cls.open(browser, url, width)
            yield visit
        assert visit.hosts == {HOST}, "the page asked other hosts"
        assert visit.errors == [], "the page logged errors"

    @classmethod
    def open(cls, browser: Browser, url: str, width: int = WIDE) -> Visit:
        """Open the console and wait until its tabs can be used."""
        page = browser.new_page(viewport={"width": width, "height": HEIGHT})
        page.set_default_timeout(TIMEOUT_MS)
        visit = cls(page)
        page.on("request", lambda request: visit._asked(request.url))
        page.on("websocket", lambda socket: visit._asked(socket.url))
        page.on("console", lambda message: visit.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.goto(url)
        page.get_by_role("tab", name="Customer").wait_for()
        return visit

    def tab(self, name: str) -> None:
        """Choose a tab; on a narrow page it may be in the menu of further ones."""
        shown = self.page.get_by_role("tab", name=name, exact=True)
        if shown.count():
            shown.click()
            return
        self.page.get_by_role("button", name="More tabs").click()
        self.page.locator(".overflow-dropdown").get_by_role("button", name=name, exact=True).click()

    def text(self, element: str) -> str:
        """Return the text of an element by its id."""
        return self.page.locator(f"#{element}").inner_text()

    def screenshot(self, name: str) -> Path:
        """Keep what the page looks like, from top to bottom."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def serious_faults(self) -> list[str]:
        """Return what axe-core finds serious or critical once all has come: rule, and the elements it is about."""
        self.page.wait_for_function(SETTLED)
        self.page.evaluate(AXE.read_text(encoding="utf-8"))  # not as a script tag
        found: dict[str, Any] = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']}: {node['target']} {node['html'][:160]}"
            for rule in found["violations"]
            if rule["impact"] in SERIOUS
            for node in rule["nodes"]
        ]

    def looks_right(self, name: str) -> None:
        """Keep a screenshot; expect nothing serious of axe-core, and nothing to the right of the window."""
        self.page.wait_for_timeout(DRAWN_MS)
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        self.screenshot(f"{name}-{width}")
        assert self.serious_faults() == []
        assert self.overflow() <= 0

    def overflow(self) -> int:
        """Return how many pixels of the page lie to the right of the window."""
        hidden: int = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return hidden

    def _asked(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in ("data", "blob"):
            self.hosts.add(address.hostname or url)
