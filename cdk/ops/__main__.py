"""Commands for a deployed environment, with the credentials and the region of the shell."""

from __future__ import annotations

import sys
from typing import Annotated

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from cdk.environments import EnvironmentRefused, find
from cdk.ops import first_model as first
from cdk.ops import preflight as before
from cdk.ops import rescan as scan
from cdk.ops import training_job
from cdk.ops.aws import Aws
from cdk.ops.outputs import OutputsError, StackOutputs
from cdk.ops.versions import delete_older_versions

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(highlight=False, soft_wrap=True, markup=False)

Name = Annotated[str, typer.Argument(metavar="ENV", help="dev, staging or prod")]
Endpoint = Annotated[str | None, typer.Option(help="A local AWS; absent: AWS itself.")]


@app.command()
def preflight(environment: Name) -> None:
    """Refuse a deployment that the account has no room for, and let a failed first one be repeated."""
    chosen = find(environment)
    before.release_failed_stacks(chosen, boto3.client("cloudformation"), console.print)
    if chosen.api_reserved_concurrency is not None:
        before.check_quota(chosen, boto3.client("lambda"), _deployed_function(environment))


@app.command()
def prune_versions(environment: Name) -> None:
    """Delete the API's versions that nothing calls, but the last one before the present one."""
    outputs = StackOutputs.from_cloudformation(environment)
    deleted = delete_older_versions(boto3.client("lambda"), outputs.api_function_name)
    if deleted:
        console.print(f"deleted versions of the API that nothing calls: {', '.join(deleted)}")


@app.command()
def rescan(environment: Name, endpoint: Endpoint = None) -> None:
    """Start the workflow for files in incoming/ that were neither scored nor refused."""
    outputs = StackOutputs.from_cloudformation(environment, endpoint)
    aws = Aws(endpoint)
    found = scan.rescan(outputs, aws.client("s3"), aws.client("stepfunctions"))
    for word, keys in (("started", found.started), ("running", found.running), ("failed", found.failed)):
        for key in keys:
            console.print(f"{word} {key}")
    console.print(f"{len(found.started)} started, {len(found.scored)} scored already")


@app.command()
def retrain(environment: Name) -> None:
    """Start the training job in AWS; it reads the newest CSV below training/ in the data bucket."""
    console.print(f"started {training_job.start(find(environment), boto3.client('codebuild'))}")


@app.command()
def first_model(
    environment: Name,
    sample: Annotated[bool, typer.Option("--sample", help="Also where real shoppers are scored.")] = False,
) -> None:
    """Promote a model of simulated shoppers where there is none yet."""
    outputs = StackOutputs.from_cloudformation(environment)
    first.ensure_model(find(environment), outputs.registry_bucket, boto3.client("s3"), console.print, sample=sample)


def _deployed_function(environment: str) -> str | None:
    try:
        return StackOutputs.from_cloudformation(environment).api_function_name
    except OutputsError:  # not deployed yet
        return None


def main() -> None:
    """Run the command line; failures end it with a message instead of a traceback."""
    try:
        app(prog_name="python -m cdk.ops")
    except (EnvironmentRefused, OutputsError, before.DeploymentRefused, first.NoModel) as failure:
        sys.exit(f"error: {failure}")
    except (BotoCoreError, ClientError) as failure:
        sys.exit(f"error: {failure}. docs/first-deployment.md says which rights a command needs")


if __name__ == "__main__":
    main()
