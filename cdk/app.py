"""The CDK app: ``cdk deploy --all -c env=NAME``, in this folder or with ``--app "python -m cdk.app"`` above it."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

import aws_cdk
from aws_cdk import App, CliCredentialsStackSynthesizer, Tags

from cdk.build.bundling import BundleError, aws_target, host_target
from cdk.build.function_code import CodeSource, built_for
from cdk.environments import Environment, EnvironmentRefused, find
from cdk.stacks.service import ServiceStack
from cdk.stacks.storage import StorageStack
from lambda_fn import contract

LOCAL_ENDPOINT: Final = "AWS_ENDPOINT_URL"
SETTINGS: Final = Path(__file__).with_name("cdk.json")


def main() -> None:
    """Synthesize the environment that the context names, or say which ones there are."""
    app = make_app()
    try:
        environment = within_reach(chosen_environment(app))
        add_stacks(app, environment, built_for(aws_target() if environment.in_aws else host_target()))
    except (EnvironmentRefused, BundleError) as error:
        sys.exit(f"error: {error}")
    app.synth()


def make_app(**context: Any) -> App:
    """Return an app with the feature flags of cdk.json, wherever it was started."""
    return App(context=json.loads(SETTINGS.read_text())["context"] | context)


def chosen_environment(app: App) -> Environment:
    """Return the environment that the command line chooses.

    ``-c env=NAME``: its name.
    ``-c cognito=on`` or ``off``: whether the local API asks for access tokens. In AWS its environment says so,
    as an option that is forgotten once would open the API.
    ``-c alarm_emails=a@shop.com,b@shop.com``: who is notified of its alarms.
    Raises EnvironmentRefused.
    """
    environment = find(app.node.try_get_context("env"))
    if emails := app.node.try_get_context("alarm_emails"):
        environment = dataclasses.replace(environment, alarm_emails=tuple(emails.split(","))).checked()
    match app.node.try_get_context("cognito"):
        case None:
            return environment
        case "on" | "off" as switch if environment.in_aws and environment.cognito != (switch == "on"):
            raise EnvironmentRefused(
                f"-c cognito={switch}: write cognito={switch == 'on'} into environment {environment.name!r} of "
                "cdk/environments.py; an option that is forgotten once would change who may call the API"
            )
        case "on" | "off" as switch:
            return dataclasses.replace(environment, cognito=switch == "on")
        case other:
            raise EnvironmentRefused(f"-c cognito={other}: say on or off")


def within_reach(environment: Environment) -> Environment:
    """Return the environment; raise EnvironmentRefused where one for the local AWS would go to AWS itself."""
    if not environment.in_aws and not os.environ.get(LOCAL_ENDPOINT):
        raise EnvironmentRefused(
            f"environment {environment.name!r} is for the local AWS, which `make local` starts and deploys to; "
            f"to deploy it yourself, set {LOCAL_ENDPOINT} to that AWS"
        )
    return environment


def add_stacks(app: App, environment: Environment, code: CodeSource) -> tuple[StorageStack, ServiceStack]:
    """Add both stacks of an environment to the app."""
    prefix = environment.stack_prefix
    storage = StorageStack(
        app, f"{prefix}Storage", environment, description="Models and files", **_options(environment)
    )
    service = ServiceStack(
        app,
        f"{prefix}Service",
        environment,
        storage=storage,
        code=code,
        description="Scoring, by API and by file",
        **_options(environment),
    )
    Tags.of(app).add("project", contract.SERVICE)
    Tags.of(app).add("environment", environment.name)
    return storage, service


def _options(environment: Environment) -> dict[str, Any]:
    """Account and region are the CLI profile's; the CLI tells them in these variables."""
    return {
        "env": aws_cdk.Environment(
            account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION")
        ),
        "termination_protection": environment.termination_protection,
        # The local AWS has no roles to assume; AWS uses those of `cdk bootstrap`.
        "synthesizer": None if environment.in_aws else CliCredentialsStackSynthesizer(),
    }


if __name__ == "__main__":
    main()
