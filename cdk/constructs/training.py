"""The training job in AWS: a build of CodeBuild, by the week or on demand, on the newest CSV in the data bucket.

CodeBuild needs no image of ours: AWS's own for arm64 has Python, and the locked packages are installed by hash. A
Lambda function may not run for an hour. A job of ECS or SageMaker needs an image, and a registry for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from aws_cdk import Duration, IgnoreMode
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.constructs.acknowledgements import acknowledge, wildcard_objects
from cdk.constructs.functions import make_log_group
from cdk.environments import Environment
from lambda_fn import contract

ROOT: Final = Path(__file__).resolve().parents[2]
LONGEST_MINUTES: Final = 60
SOURCES: Final = ("lambda_fn", "training")
ENV_TOPIC: Final = "APP_RETRAIN_TOPIC"
ENV_PROMOTION: Final = "APP_RETRAIN_PROMOTION"
INSTALL: Final = (
    "python -m pip install --quiet --disable-pip-version-check --require-hashes -r training/requirements.txt",
)
RETRAIN: Final = (f'python -m training retrain --topic "${ENV_TOPIC}" "${ENV_PROMOTION}"',)


def project_name(environment: Environment) -> str:
    """Return the name of the project, by which its metrics are found."""
    return f"{contract.service_name(environment.name)}-training"


def build_specification() -> dict[str, Any]:
    """Return what CodeBuild runs, in the folder with the sources."""
    return {
        "version": "0.2",
        "phases": {
            "install": {"runtime-versions": {"python": contract.PYTHON_VERSION}, "commands": list(INSTALL)},
            "build": {"commands": list(RETRAIN)},
        },
    }


class TrainingJob(Construct):
    """The project, its role, and its schedule. ``topic`` is told of a model that was not promoted."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        registry: s3.IBucket,
        data: s3.IBucket,
        topic: sns.ITopic,
        topic_key: kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = self._build_role(registry, data)
        self._allow_telling(topic, topic_key)
        self.project = self._build_project(environment, registry, data, topic)
        if environment.retrain_weekly:
            self._build_schedule()

    def _build_role(self, registry: s3.IBucket, data: s3.IBucket) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"))
        for bucket, actions, keys in (
            (data, ["s3:GetObject"], f"{contract.TRAINING_PREFIX}*"),
            (registry, ["s3:GetObject", "s3:PutObject"], f"{contract.MODELS_PREFIX}*"),
            (registry, ["s3:GetObject", "s3:PutObject"], contract.ROUTING_KEY),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[bucket.arn_for_objects(keys)]))
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:ListBucket"],
                resources=[data.bucket_arn],
                conditions={"StringLike": {"s3:prefix": f"{contract.TRAINING_PREFIX}*"}},
            )
        )
        role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[registry.bucket_arn]))
        acknowledge(
            role,
            "The objects below one prefix of one bucket; their names are made at run time.",
            wildcard_objects(data, contract.TRAINING_PREFIX),
            wildcard_objects(registry, contract.MODELS_PREFIX),
        )
        return role

    def _allow_telling(self, topic: sns.ITopic, topic_key: kms.IKey) -> None:
        for actions, resource in (
            (["sns:Publish"], topic.topic_arn),
            (["kms:Decrypt", "kms:GenerateDataKey"], topic_key.key_arn),
        ):
            self.role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[resource]))

    def _build_project(
        self, environment: Environment, registry: s3.IBucket, data: s3.IBucket, topic: sns.ITopic
    ) -> codebuild.Project:
        source = assets.Asset(
            self,
            "Sources",
            path=str(ROOT),
            exclude=["*", *(f"!{folder}" for folder in SOURCES), "**/__pycache__"],
            ignore_mode=IgnoreMode.GIT,
        )
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:GetObject", "s3:GetObjectVersion"],
                resources=[source.bucket.arn_for_objects(source.s3_object_key)],
            )
        )
        log = make_log_group(self, "Log", environment)
        log.grant_write(self.role)
        variables = {
            contract.ENV_REGISTRY_BUCKET: registry.bucket_name,
            contract.ENV_DATA_BUCKET: data.bucket_name,
            ENV_TOPIC: topic.topic_arn,
            ENV_PROMOTION: "--promote" if environment.auto_promote else "--no-promote",
            **contract.NO_TELEMETRY,
        }
        project = codebuild.Project(
            self,
            "Project",
            project_name=project_name(environment),
            description="Trains on the newest CSV below training/ and publishes the model",
            source=codebuild.Source.s3(bucket=source.bucket, path=source.s3_object_key),
            build_spec=codebuild.BuildSpec.from_object(build_specification()),
            environment=codebuild.BuildEnvironment(
                build_image=codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0,
                compute_type=codebuild.ComputeType.LARGE,
            ),
            environment_variables={
                name: codebuild.BuildEnvironmentVariable(value=value) for name, value in variables.items()
            },
            role=self.role.without_policy_updates(),  # the CDK would add the whole asset bucket, and reports
            timeout=Duration.minutes(LONGEST_MINUTES),
            queued_timeout=Duration.minutes(LONGEST_MINUTES),
            concurrent_build_limit=1,
            logging=codebuild.LoggingOptions(cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=log)),
        )
        acknowledge(project, "It keeps no artefact: models go to the registry, which is encrypted.", "CB4")
        return project

    def _build_schedule(self) -> None:
        events.Rule(
            self,
            "Weekly",
            description="Trains on the newest CSV, every Monday",
            schedule=events.Schedule.cron(week_day="MON", hour="3", minute="0"),
            targets=[targets.CodeBuildProject(self.project)],
        )
