"""How every Lambda function is made: its own log group, its own role, a published version behind an alias."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from aws_cdk import Annotations, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.constructs.acknowledgements import acknowledge, wildcard, wildcard_objects
from cdk.constructs.retention import kept_if
from cdk.environments import Environment
from lambda_fn import contract

LIVE_ALIAS: Final = "live"

_RETENTION: Final = MappingProxyType(
    {
        7: logs.RetentionDays.ONE_WEEK,
        30: logs.RetentionDays.ONE_MONTH,
        90: logs.RetentionDays.THREE_MONTHS,
        365: logs.RetentionDays.ONE_YEAR,
    }
)


@dataclass(frozen=True, kw_only=True)
class FunctionShape:
    """What one function runs and how much of the machine it gets.

    handler: dotted path of the function that Lambda calls.
    description: completes "The function that ..." in alarms, with a lower-case first letter.
    memory_mb: CPU grows with it; 1,769 MB is one core.
    timeout_seconds: after which Lambda ends a call.
    reserved_concurrency: calls at once, reserved and at most; None: what the account has left.
    snap_start: whether published versions start from a snapshot.
    """

    handler: str
    description: str
    memory_mb: int
    timeout_seconds: int
    reserved_concurrency: int | None = None
    snap_start: bool = False

    @property
    def task(self) -> str:
        """Return the name of the module that holds the handler."""
        return self.handler.split(".")[-2]


class ScoringFunction(Construct):
    """A function of ``lambda_fn``.

    function: the unpublished code; nobody calls it.
    alias: what callers use, of a published version.
    role, log_group: its own.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        shape: FunctionShape,
        code: lambda_.Code,
        variables: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self.shape = shape
        self.log_group = make_log_group(self, "Log", environment)
        self.role = self._build_role()
        self.function = self._build_function(environment, code, variables)
        self.alias = lambda_.Alias(self, "Live", alias_name=LIVE_ALIAS, version=self.function.current_version)

    def allow(self, bucket: s3.IBucket, actions: Sequence[str], *prefixes: str) -> None:
        """Let the function do ``actions`` with the bucket's objects below each prefix (or with one key)."""
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=list(actions),
                resources=[bucket.arn_for_objects(_pattern(prefix)) for prefix in prefixes],
            )
        )
        folders = [prefix for prefix in prefixes if prefix.endswith("/")]
        if folders:
            acknowledge(
                self.role,
                "The objects below one prefix of one bucket; their names are made at run time.",
                *(wildcard_objects(bucket, prefix) for prefix in folders),
            )

    def allow_listing(self, bucket: s3.IBucket) -> None:
        """Let the function list keys, without which S3 answers 403 instead of 404 for a key that is not there."""
        self.role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn]))

    def _build_role(self) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(role)
        acknowledge(role, "X-Ray takes segments without naming a resource.", wildcard("*"))
        return role

    def _build_function(
        self, environment: Environment, code: lambda_.Code, variables: Mapping[str, str]
    ) -> lambda_.Function:
        function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime(
                f"python{contract.PYTHON_VERSION}", lambda_.RuntimeFamily.PYTHON, supports_snap_start=True
            ),
            architecture=_architecture(environment),
            code=code,
            handler=self.shape.handler,
            description=self.shape.description,
            memory_size=self.shape.memory_mb,
            timeout=Duration.seconds(self.shape.timeout_seconds),
            reserved_concurrent_executions=self.shape.reserved_concurrency,
            # An operator can shift the alias back to any earlier version.
            current_version_options=lambda_.VersionOptions(removal_policy=kept_if(environment.in_aws)),
            environment={
                contract.ENV_ENVIRONMENT: environment.name,
                contract.ENV_SERVICE: contract.service_name(environment.name),
                contract.ENV_METRIC_NAMESPACE: contract.METRIC_NAMESPACE,
                contract.ENV_LOG_LEVEL: "INFO",
                **contract.NO_TELEMETRY,
                **variables,
            },
            role=self.role,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
            tracing=lambda_.Tracing.ACTIVE,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if self.shape.snap_start else None,
        )
        if self.shape.snap_start:
            Annotations.of(function).acknowledge_warning(
                "@aws-cdk/aws-lambda:snapStartRequirePublish", "Every caller uses the alias of a published version."
            )
        acknowledge(
            function,
            f"Python {contract.PYTHON_VERSION} is supported; every locked wheel exists for it and is tested.",
            "L1",
        )
        return function


def make_log_group(
    scope: Construct, construct_id: str, environment: Environment, *, name: str | None = None
) -> logs.LogGroup:
    """Return a log group that keeps lines for the environment's ``log_days``; without ``name`` it gets one."""
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=_RETENTION[environment.log_days],
        removal_policy=kept_if(environment.keep_data),
    )


def _architecture(environment: Environment) -> lambda_.Architecture:
    on_arm = environment.in_aws or platform.machine().lower() in ("arm64", "aarch64")
    return lambda_.Architecture.ARM_64 if on_arm else lambda_.Architecture.X86_64


def _pattern(prefix: str) -> str:
    return f"{prefix}*" if prefix.endswith("/") else prefix
