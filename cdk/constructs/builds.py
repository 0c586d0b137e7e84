"""Commands of `python -m training` in AWS: builds of CodeBuild, each with a role and a log of its own.

CodeBuild needs no image of ours: AWS's own for arm64 has Python, and the locked packages are installed by hash. A
Lambda function may not run for an hour. A job of ECS or SageMaker needs an image, and a registry for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from aws_cdk import Duration, IgnoreMode
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from cdk.constructs.acknowledgements import acknowledge
from cdk.constructs.functions import make_log_group
from cdk.environments import Environment
from lambda_fn import contract

ROOT: Final = Path(__file__).resolve().parents[2]
LONGEST_MINUTES: Final = 60
SOURCES: Final = ("lambda_fn", "training")
INSTALL: Final = (
    "python -m pip install --quiet --disable-pip-version-check --require-hashes -r training/requirements.txt",
)


def specification_of(commands: Sequence[str]) -> dict[str, Any]:
    """Return what CodeBuild runs, in the folder with the sources: it installs the locked packages first."""
    return {
        "version": "0.2",
        "phases": {
            "install": {"runtime-versions": {"python": contract.PYTHON_VERSION}, "commands": list(INSTALL)},
            "build": {"commands": list(commands)},
        },
    }


def build_project(
    scope: Construct,
    environment: Environment,
    *,
    role: iam.Role,
    name: str,
    description: str,
    specification: Mapping[str, Any],
    variables: Mapping[str, str],
) -> codebuild.Project:
    """Return a project that runs the specification on the present sources; ``role`` may then read them and log."""
    source = assets.Asset(
        scope,
        "Sources",
        path=str(ROOT),
        exclude=["*", *(f"!{folder}" for folder in SOURCES), "**/__pycache__"],
        ignore_mode=IgnoreMode.GIT,
    )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["s3:GetObject", "s3:GetObjectVersion"],
            resources=[source.bucket.arn_for_objects(source.s3_object_key)],
        )
    )
    log = make_log_group(scope, "Log", environment)
    log.grant_write(role)
    project = codebuild.Project(
        scope,
        "Project",
        project_name=name,
        description=description,
        source=codebuild.Source.s3(bucket=source.bucket, path=source.s3_object_key),
        build_spec=codebuild.BuildSpec.from_object(dict(specification)),
        environment=codebuild.BuildEnvironment(
            build_image=codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0,
            compute_type=codebuild.ComputeType.LARGE,
        ),
        environment_variables={
            key: codebuild.BuildEnvironmentVariable(value=value)
            for key, value in {**variables, **contract.NO_TELEMETRY}.items()
        },
        role=role.without_policy_updates(),  # the CDK would add the whole asset bucket, and reports
        timeout=Duration.minutes(LONGEST_MINUTES),
        queued_timeout=Duration.minutes(LONGEST_MINUTES),
        concurrent_build_limit=1,
        logging=codebuild.LoggingOptions(cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=log)),
    )
    acknowledge(project, "It keeps no artefact: what it makes goes to a bucket, which is encrypted.", "CB4")
    return project
