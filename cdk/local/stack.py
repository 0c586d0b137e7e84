"""Deploy the stacks and release a model: the part that demo, `make local` and end-to-end tests share."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cdk.local.deploy import bootstrap, deploy
from cdk.local.ministack import MiniStack
from cdk.local.model import COUNTRY, TRAINING_LOG, TWIN_ROWS, TrainedModel, TrainingCli
from cdk.local.steps import Steps
from cdk.ops.client import ShopClient
from cdk.ops.outputs import StackOutputs

NEWCOMERS = 20_000
NEWCOMERS_SEED = 8


@dataclass(frozen=True)
class DeployedStack:
    """A local AWS with the stacks in it and a model that serves.

    shoppers: a table to score, of shoppers that the model has not seen, or the user's own data.
    """

    local_aws: MiniStack
    outputs: StackOutputs
    model: TrainedModel
    shoppers: Path

    def client(self) -> ShopClient:
        """Make a client for it."""
        return ShopClient(self.outputs, self.local_aws.endpoint, self.local_aws.certificate)


def check_data(data: Path | None, shop: Path | None, folder: Path, steps: Steps) -> None:
    """Check that a user's data can be trained on, before anything is started for it. Raises StepFailed."""
    if data is None:
        return
    with steps.step("check", f"Checking {data.name}", folder / TRAINING_LOG) as progress:
        TrainingCli(os.environ, folder, progress).check(data, shop)


def build_stack(
    local_aws: MiniStack, data: Path | None, folder: Path, steps: Steps, shop: Path | None = None
) -> DeployedStack:
    """Deploy, train on ``data`` and promote. Raises StepFailed.

    data: None means a twin of the public data set.
    shop: the shop file of the data; None means the public shopper's.
    """
    outputs = deploy_stacks(local_aws, folder, steps)
    training, shoppers = (data, data) if data else make_twins(local_aws, folder, steps)
    model = release_model(local_aws, outputs, training, folder, steps, shop)
    return DeployedStack(local_aws, outputs, model, shoppers)


def deploy_stacks(local_aws: MiniStack, folder: Path, steps: Steps) -> StackOutputs:
    """Bootstrap the CDK and deploy environment ``local``. Raises StepFailed."""
    log = folder / "deploy.log"
    with steps.step("bootstrap", "Bootstrapping the CDK", log) as progress:
        bootstrap(local_aws, folder, progress)
    with steps.step("deploy", "Deploying environment local with the CDK", log) as progress:
        return deploy(local_aws, folder, progress)


def make_twins(local_aws: MiniStack, folder: Path, steps: Steps) -> tuple[Path, Path]:
    """Make shoppers to train on, and others to score. Raises StepFailed."""
    with steps.step("sample", f"Making a data set of {TWIN_ROWS:,} shoppers", folder / TRAINING_LOG) as progress:
        cli = TrainingCli(local_aws.environment, folder, progress)
        newcomers = cli.sample(folder / "newcomers.csv", rows=NEWCOMERS, seed=NEWCOMERS_SEED, country=COUNTRY)
        return cli.sample(folder / "shoppers.csv", country=COUNTRY), newcomers


def release_model(
    local_aws: MiniStack, outputs: StackOutputs, data: Path, folder: Path, steps: Steps, shop: Path | None = None
) -> TrainedModel:
    """Train, publish and promote. Raises StepFailed."""
    bucket = outputs.registry_bucket
    with steps.step("train", "Training and publishing a model", folder / TRAINING_LOG) as progress:
        model = TrainingCli(local_aws.environment, folder, progress).run(data, bucket, shop=shop)
    with steps.step("promote", f"Promoting {model.version}", folder / TRAINING_LOG) as progress:
        TrainingCli(local_aws.environment, folder, progress).promote(model.version, bucket)
    return model
