"""The daily look at what matured: a build of CodeBuild that joins decisions with their outcomes and puts metrics."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.constructs.acknowledgements import acknowledge, wildcard, wildcard_objects
from cdk.constructs.builds import build_project, specification_of
from cdk.environments import Environment
from lambda_fn import contract

WATCH: Final = ("python -m training watch-bucket",)
READ_PREFIXES: Final = (contract.DECISIONS_PREFIX, contract.SCORED_PREFIX, contract.OUTCOMES_PREFIX)
WRITTEN_PREFIXES: Final = (contract.WATCH_PREFIX, contract.REJECTED_OUTCOMES_PREFIX)


def project_name(environment: Environment) -> str:
    """Return the name of the project, by which its metrics are found."""
    return f"{contract.service_name(environment.name)}-watch"


class WatchJob(Construct):
    """The project, its role, and its schedule. It changes no model and no offer."""

    def __init__(
        self, scope: Construct, construct_id: str, environment: Environment, *, registry: s3.IBucket, data: s3.IBucket
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = self._build_role(registry, data)
        self.project = build_project(
            self,
            environment,
            role=self.role,
            name=project_name(environment),
            description="Joins decisions with their outcomes, reports, and puts metrics",
            specification=specification_of(WATCH),
            variables={
                contract.ENV_REGISTRY_BUCKET: registry.bucket_name,
                contract.ENV_DATA_BUCKET: data.bucket_name,
                contract.ENV_ENVIRONMENT: environment.name,
            },
        )
        events.Rule(
            self,
            "Daily",
            description="Looks at what matured, every morning",
            schedule=events.Schedule.cron(hour="4", minute="0"),
            targets=[targets.CodeBuildProject(self.project)],
        )

    def _build_role(self, registry: s3.IBucket, data: s3.IBucket) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"))
        for bucket, actions, keys in (
            *((data, ["s3:GetObject"], f"{prefix}*") for prefix in READ_PREFIXES),
            *((data, ["s3:PutObject"], f"{prefix}*") for prefix in WRITTEN_PREFIXES),
            (registry, ["s3:GetObject"], f"{contract.MODELS_PREFIX}*"),
            (registry, ["s3:GetObject"], contract.ROUTING_KEY),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[bucket.arn_for_objects(keys)]))
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:ListBucket"],
                resources=[data.bucket_arn],
                conditions={"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in READ_PREFIXES]}},
            )
        )
        role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[registry.bucket_arn]))
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": contract.METRIC_NAMESPACE}},
            )
        )
        acknowledge(role, "CloudWatch takes metrics without naming a resource; one namespace is allowed", wildcard("*"))
        acknowledge(
            role,
            "The objects below one prefix of one bucket; their names are made at run time.",
            *(wildcard_objects(data, prefix) for prefix in (*READ_PREFIXES, *WRITTEN_PREFIXES)),
            wildcard_objects(registry, contract.MODELS_PREFIX),
        )
        return role
