"""One local AWS for all end-to-end tests: started, deployed to and trained on as the demo does it, ended at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from cdk.local import demo
from cdk.local.ministack import running
from cdk.local.model import TrainingCli
from cdk.local.paths import run_folder
from cdk.local.report import DemoReport
from cdk.local.stack import DeployedStack, build_stack
from cdk.local.steps import Steps
from cdk.ops.client import ShopClient

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this tier."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def steps() -> Steps:
    return Steps(Console())


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    with run_folder("e2e") as path:
        yield path


@pytest.fixture(scope="session")
def stack(folder: Path, steps: Steps) -> Iterator[DeployedStack]:
    with running(folder) as local_aws:
        yield build_stack(local_aws, None, folder, steps)


@pytest.fixture(scope="session")
def client(stack: DeployedStack) -> Iterator[ShopClient]:
    shop = stack.client()
    yield shop
    shop.close()


@pytest.fixture(scope="session")
def demo_report(stack: DeployedStack, steps: Steps) -> DemoReport:
    """What the demo reports of this stack."""
    return demo.use(stack, steps)


@pytest.fixture(scope="session")
def training_cli(stack: DeployedStack, folder: Path) -> TrainingCli:
    return TrainingCli(stack.local_aws.environment, folder)
