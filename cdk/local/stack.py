"""From nothing to a deployed stack with a model: the part that demo, `make local` and end-to-end tests share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cdk.local.client import ShopClient
from cdk.local.deploy import bootstrap, deploy
from cdk.local.ministack import MiniStack
from cdk.local.model import TrainedModel, TrainingCli
from cdk.local.outputs import StackOutputs
from cdk.local.steps import Steps


@dataclass(frozen=True)
class DeployedStack:
    """A local AWS with the stacks in it, the data the model was trained on, and the model that serves."""

    local_aws: MiniStack
    outputs: StackOutputs
    data: Path
    model: TrainedModel

    def client(self) -> ShopClient:
        """Make a client for it."""
        return ShopClient(self.outputs, self.local_aws.endpoint)


def deploy_stacks(local_aws: MiniStack, folder: Path, steps: Steps) -> StackOutputs:
    """Bootstrap the CDK and deploy environment ``local``. Raises StepFailed."""
    log = folder / "deploy.log"
    with steps.step("bootstrap", "Bootstrapping the CDK", log) as progress:
        bootstrap(local_aws, folder, progress)
    with steps.step("deploy", "Deploying environment local with the CDK", log) as progress:
        return deploy(local_aws, folder, progress)


def release_model(
    local_aws: MiniStack, outputs: StackOutputs, data: Path | None, folder: Path, steps: Steps
) -> tuple[Path, TrainedModel]:
    """Train on ``data`` (None: a twin of the public data set), publish and promote. Raises StepFailed."""
    log = folder / "training.log"
    bucket = outputs.registry_bucket
    if data is None:
        with steps.step("sample", "Making a data set of 100,000 shoppers", log) as progress:
            data = TrainingCli(local_aws.environment, folder, progress).sample(folder / "shoppers.csv")
    with steps.step("train", "Training and publishing a model", log) as progress:
        model = TrainingCli(local_aws.environment, folder, progress).run(data, bucket)
    with steps.step("promote", f"Promoting {model.version}", log) as progress:
        TrainingCli(local_aws.environment, folder, progress).promote(model.version, bucket)
    return data, model


def build_stack(local_aws: MiniStack, data: Path | None, folder: Path, steps: Steps) -> DeployedStack:
    """Deploy, train and promote. Raises StepFailed."""
    outputs = deploy_stacks(local_aws, folder, steps)
    used, model = release_model(local_aws, outputs, data, folder, steps)
    return DeployedStack(local_aws, outputs, used, model)
