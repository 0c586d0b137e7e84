"""A model release needs no deployment: the API follows a promotion, and a rollback."""

from __future__ import annotations

from pathlib import Path

from cdk.local.model import TrainingCli
from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient
from tests.e2e.support import serving


def test_the_api_follows_a_promotion_and_its_rollback(
    client: ShopClient, stack: DeployedStack, training_cli: TrainingCli, folder: Path
) -> None:
    # Given another model, of a kind that is trained in seconds
    bucket = stack.outputs.registry_bucket
    few_shoppers = training_cli.sample(folder / "few.csv", rows=10_000, seed=11)
    other = training_cli.run(few_shoppers, bucket, "--model", "logistic", "--no-track")
    assert serving(client, stack.model.version)

    # When it is promoted, then the API serves it, with no deployment
    training_cli.promote(other.version, bucket, in_spite_of_gates_because="a rollback is rehearsed")
    assert serving(client, other.version)

    # When it is rolled back, then the API serves the one before
    training_cli.rollback(bucket)
    assert serving(client, stack.model.version)
