"""A browser on a machine that has none: CONSOLE_TEST_BROWSER, the pinned one, or what is on PATH, in this order."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserType, Error, sync_playwright

StartBrowser = Callable[[], AbstractContextManager[Browser]]
HERE: Final = Path(__file__).parent
NODE: Final = Path(sys.executable).parent / "node"  # Playwright's own one needs a library that not every system has
UNPACKED: Final = HERE.parents[1] / ".local" / "browser"
VARIABLE: Final = "CONSOLE_TEST_BROWSER"
ON_PATH: Final = ("google-chrome", "chromium", "chromium-browser", "chrome")
ARGUMENTS: Final = (
    *("--no-sandbox", "--headless=shell", "--no-zygote", "--single-process", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"),
)
START_TIMEOUT_MS: Final = 60_000
STARTS: Final = 3
UNPACK_TIMEOUT_SECONDS: Final = 120.0
_NODE_VARIABLE: Final = "PLAYWRIGHT_NODEJS_PATH"
_FONTS_CONF: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


class NoBrowser(Exception):
    """There is no browser here; the message says how to get one."""


@dataclass(frozen=True)
class Executable:
    """A browser to start, and the folder of its fonts.conf where it brings fonts of its own."""

    path: str
    fonts: Path | None = None


def is_pinned_platform() -> bool:
    """Whether the pinned browser runs here."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def find() -> Executable:
    """Return the browser to use. Raises NoBrowser."""
    if named := os.environ.get(VARIABLE):
        return Executable(named)
    if is_pinned_platform() and (HERE / "node_modules").is_dir():
        return _unpack()
    if found := next(filter(None, map(shutil.which, ON_PATH)), None):
        return Executable(found)
    raise NoBrowser(
        f"no browser to test the console with: run `make setup` on Linux x86-64, `apt-get install chromium`, or set "
        f"{VARIABLE} to one"
    )


@contextmanager
def browsers() -> Iterator[StartBrowser]:
    """Yield what starts a browser, one a page: run in a single process it ends with its last page, and then hangs."""
    executable = find()
    fonts = {"FONTCONFIG_PATH": str(executable.fonts)} if executable.fonts else {}
    before = os.environ.get(_NODE_VARIABLE)
    os.environ[_NODE_VARIABLE] = str(NODE)

    @contextmanager
    def running() -> Iterator[Browser]:
        browser = _launched(playwright.chromium, executable.path, {**os.environ, **fonts})
        try:
            yield browser
        finally:
            browser.close()

    try:
        with sync_playwright() as playwright:
            yield running
    finally:
        if before is None:
            del os.environ[_NODE_VARIABLE]
        else:
            os.environ[_NODE_VARIABLE] = before


def _launched(chromium: BrowserType, path: str, environment: dict[str, str]) -> Browser:
    """Start a browser. In a single process it crashes now and then as it starts, which says nothing of the page."""
    start = partial(
        chromium.launch, executable_path=path, args=[*ARGUMENTS], env={**environment}, timeout=START_TIMEOUT_MS
    )
    for _ in range(STARTS - 1):
        with suppress(Error):
            return start()
    return start()


def _unpack() -> Executable:
    """Unpack the pinned browser below .local, with a fonts.conf of its own: the one it brings names Lambda's paths."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    answer = subprocess.run(
        [str(NODE), str(HERE / "unpack.mjs")],
        env={"PATH": os.environ.get("PATH", ""), "TMPDIR": str(UNPACKED), "HOME": str(UNPACKED)},
        capture_output=True,
        text=True,
        timeout=UNPACK_TIMEOUT_SECONDS,
        check=True,
    )
    fonts = UNPACKED / "fonts"
    fonts.mkdir(exist_ok=True)
    (fonts / "fonts.conf").write_text(_FONTS_CONF.format(folder=fonts))
    return Executable(json.loads(answer.stdout)["executable"], fonts)
