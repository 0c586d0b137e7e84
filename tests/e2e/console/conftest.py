"""The console on the local AWS of the end-to-end tests, and a browser that visits it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdk.local import shoppers
from cdk.local.console import console_environment
from cdk.local.model import COUNTRY
from cdk.local.spoil import spoil
from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient
from tests.browser import fixtures
from tests.browser.launch import StartBrowser
from tests.browser.serve import served
from tests.browser.visit import Visit

NAME = "autumn.csv"
STEM = "autumn"
ROWS, SPOILED = 600, 12


@pytest.fixture(scope="session")
def environment(stack: DeployedStack, client: ShopClient) -> dict[str, str]:
    return console_environment(client, stack.local_aws.endpoint)


@pytest.fixture(scope="session")
def url(environment: dict[str, str], folder: Path) -> Iterator[str]:
    with served(environment, folder / "console.log") as address:
        yield address


start_browser = pytest.fixture(fixtures.start_browser, scope="module")


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
