"""A model release needs no deployment: the API follows a promotion, and a rollback."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cdk.local.client import ShopClient
from cdk.local.model import TrainedModel, TrainingCli
from cdk.local.processes import CommandError
from cdk.local.stack import DeployedStack

SEEN_WITHIN_SECONDS = 60.0


@pytest.fixture(scope="module")
def worse_model(training_cli: TrainingCli, stack: DeployedStack, folder: Path) -> TrainedModel:
    """A published model that has seen a fifth of the champion's shoppers."""
    few_shoppers = training_cli.sample(folder / "few.csv", rows=20_000, seed=11)
    return training_cli.run(few_shoppers, stack.outputs.registry_bucket)


def test_a_worse_model_is_not_promoted_by_accident(
    client: ShopClient, stack: DeployedStack, training_cli: TrainingCli, worse_model: TrainedModel
) -> None:
    with pytest.raises(CommandError, match="PromotionRefused"):
        training_cli.promote(worse_model.version, stack.outputs.registry_bucket)

    assert serving(client, stack.model.version)


def test_the_api_follows_a_promotion_and_its_rollback(
    client: ShopClient, stack: DeployedStack, training_cli: TrainingCli, worse_model: TrainedModel
) -> None:
    bucket = stack.outputs.registry_bucket

    # When a model is promoted, then the API serves it, with no deployment
    training_cli.promote(worse_model.version, bucket, in_spite_of_gates_because="a rollback is rehearsed")
    assert serving(client, worse_model.version)

    # When it is rolled back, then the API serves the one before
    training_cli.rollback(bucket)
    assert serving(client, stack.model.version)


def serving(client: ShopClient, version: str) -> bool:
    """Tell whether the API serves ``version`` before its time is over."""
    deadline = time.monotonic() + SEEN_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if client.get("/model/info", key=client.api_key).json()["champion"]["model_version"] == version:
            return True
        time.sleep(0.5)
    return False
