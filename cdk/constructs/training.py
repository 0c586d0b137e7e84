"""The training job in AWS: a build of CodeBuild, by the week or on demand, on the newest CSV in the data bucket."""

from __future__ import annotations

from typing import Any, Final

from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.constructs.acknowledgements import acknowledge, wildcard_objects
from cdk.constructs.builds import build_project, specification_of
from cdk.environments import Environment
from lambda_fn import contract

ENV_TOPIC: Final = "APP_RETRAIN_TOPIC"
ENV_PROMOTION: Final = "APP_RETRAIN_PROMOTION"
RETRAIN: Final = (f'python -m training retrain --topic "${ENV_TOPIC}" "${ENV_PROMOTION}"',)


def project_name(environment: Environment) -> str:
    """Return the name of the project, by which its metrics are found."""
    return f"{contract.service_name(environment.name)}-training"


def build_specification() -> dict[str, Any]:
    """Return what CodeBuild runs, in the folder with the sources."""
    return specification_of(RETRAIN)


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
        return build_project(
            self,
            environment,
            role=self.role,
            name=project_name(environment),
            description="Trains on the newest CSV below training/ and publishes the model",
            specification=build_specification(),
            variables={
                contract.ENV_REGISTRY_BUCKET: registry.bucket_name,
                contract.ENV_DATA_BUCKET: data.bucket_name,
                ENV_TOPIC: topic.topic_arn,
                ENV_PROMOTION: "--promote" if environment.auto_promote else "--no-promote",
            },
        )

    def _build_schedule(self) -> None:
        events.Rule(
            self,
            "Weekly",
            description="Trains on the newest CSV, every Monday",
            schedule=events.Schedule.cron(week_day="MON", hour="3", minute="0"),
            targets=[targets.CodeBuildProject(self.project)],
        )
