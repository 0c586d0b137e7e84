"""The console on the local AWS of the end-to-end tests, and a browser that visits it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from cdk.local import shoppers
from cdk.local.console import console_environment
from cdk.local.model import COUNTRY
from cdk.local.paths import ROOT
from cdk.local.spoil import spoil
from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient
from tests.browser import launch
from tests.browser.visit import HOST, Visit

StartBrowser = Callable[[], AbstractContextManager[Browser]]
START_SECONDS = 120.0
NAME = "autumn.csv"
STEM = "autumn"
ROWS, SPOILED = 600, 12


@contextmanager
def served(environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Serve the console on a free port, and yield its address."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        port = found.getsockname()[1]
    url = f"http://{HOST}:{port}/"
    settings = {**os.environ, **environment, "APP_CONSOLE_PORT": str(port)}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "console"], cwd=ROOT, env=settings, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"the console did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def environment(stack: DeployedStack, client: ShopClient) -> dict[str, str]:
    return console_environment(client, stack.local_aws.endpoint)


@pytest.fixture(scope="session")
def url(environment: dict[str, str], folder: Path) -> Iterator[str]:
    with served(environment, folder / "console.log") as address:
        yield address


@pytest.fixture(scope="session")
def start_browser() -> Iterator[StartBrowser]:
    if not launch.is_pinned_platform() and "CI" not in os.environ and launch.VARIABLE not in os.environ:
        pytest.skip(f"the pinned browser runs on Linux x86-64 only; set {launch.VARIABLE} to another one")
    with launch.browsers() as start:
        yield start


@pytest.fixture
def visit(start_browser: StartBrowser, url: str) -> Iterator[Visit]:
    with Visit.paid(start_browser, url) as found:
        yield found


@pytest.fixture(scope="session")
def rows(stack: DeployedStack) -> list[dict[str, str]]:
    return shoppers.first_rows(stack.shoppers, ROWS, COUNTRY)


@pytest.fixture(scope="session")
def scored(client: ShopClient, rows: list[dict[str, str]]) -> dict[str, Any]:
    """The report on a partly spoiled file that was scored."""
    client.drop(NAME, spoil(shoppers.as_csv(rows), SPOILED, seed=3))
    return client.collect(NAME).report
