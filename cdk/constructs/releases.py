"""Canary releases of code: traffic is shifted in two steps, and shifted back when an alarm rings."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from constructs import Construct

from cdk.constructs.acknowledgements import acknowledge
from cdk.constructs.functions import ScoringFunction


class CanaryRelease(Construct):
    """Shift 10 % of the calls to a new version for five minutes, then all; any of ``alarms`` rolls it back."""

    def __init__(
        self, scope: Construct, construct_id: str, function: ScoringFunction, alarms: Sequence[cloudwatch.IAlarm]
    ) -> None:
        super().__init__(scope, construct_id)
        group = codedeploy.LambdaDeploymentGroup(
            self,
            "Group",
            alias=function.alias,
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
            alarms=list(alarms),
            auto_rollback=codedeploy.AutoRollbackConfig(
                failed_deployment=True, stopped_deployment=True, deployment_in_alarm=True
            ),
        )
        acknowledge(
            group,
            "The policy that AWS keeps for shifting the traffic of Lambda aliases.",
            "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]",
        )
