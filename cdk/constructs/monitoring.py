"""Alarms that notify someone, and two dashboards: what the service does, and how it runs."""

from __future__ import annotations

from typing import Final

from aws_cdk import Annotations, Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from cdk.constructs.alarms import Rule, rules
from cdk.constructs.api import ScoringApi
from cdk.constructs.batch import BatchScoring
from cdk.constructs.dashboards import build_operator_dashboard, build_service_dashboard
from cdk.constructs.retention import kept_if
from cdk.environments import Environment
from lambda_fn import contract

ALARM_SERVICE: Final = "cloudwatch.amazonaws.com"


class Monitoring(Construct):
    """The topic, the alarms that publish to it, and the dashboards.

    topic: notifies its subscribers of alarms.
    release_alarms: roll back a release that is being shifted in.
    dashboard_url, service_dashboard_url: console pages of the operator's and of the service's dashboard.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        api: ScoringApi,
        batch: BatchScoring,
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = self._build_topic(environment)
        self.release_alarms: list[cloudwatch.IAlarm] = []
        for rule in rules(environment, api, batch):
            self._build_alarm(rule, environment)
        self.dashboard_url = _console_page(build_operator_dashboard(self, environment, api, batch))
        self.service_dashboard_url = _console_page(build_service_dashboard(self, environment))

    def _build_topic(self, environment: Environment) -> sns.Topic:
        # CloudWatch cannot use the key that AWS manages for SNS, so the topic has one of its own.
        key = kms.Key(
            self,
            "TopicKey",
            description=f"Alarm notifications of {contract.service_name(environment.name)}",
            enable_key_rotation=True,
            removal_policy=kept_if(environment.keep_data),
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(ALARM_SERVICE)],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],  # in a key's own policy: this key
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        topic = sns.Topic(
            self, "Topic", display_name=contract.service_name(environment.name), master_key=key, enforce_ssl=True
        )
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(ALARM_SERVICE)],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        for email in environment.alarm_emails:
            topic.add_subscription(subscriptions.EmailSubscription(email))
        if environment.keep_data and not environment.alarm_emails:
            Annotations.of(topic).add_warning_v2(
                f"{contract.SERVICE}:nobody-hears-alarms",
                f"Nobody hears the alarms of {environment.name}: say -c alarm_emails=a@shop.com,b@shop.com, name them "
                "in cdk/environments.py, or subscribe to the topic of the output AlarmTopicArn",
            )
        return topic

    def _build_alarm(self, rule: Rule, environment: Environment) -> None:
        alarm = cloudwatch.Alarm(
            self,
            rule.name.title().replace("-", ""),
            alarm_name=f"{contract.service_name(environment.name)}-{rule.name}",
            alarm_description=rule.description,
            metric=rule.metric,
            threshold=rule.threshold,
            evaluation_periods=rule.periods,
            datapoints_to_alarm=rule.datapoints,
            comparison_operator=rule.comparison,
            treat_missing_data=rule.missing,
        )
        if rule.notifies:
            alarm.add_alarm_action(actions.SnsAction(self.topic))
        if rule.stops_release:
            self.release_alarms.append(alarm)


def _console_page(dashboard: str) -> str:
    return (
        f"https://{Aws.REGION}.console.aws.amazon.com/cloudwatch/home?region={Aws.REGION}"
        f"#dashboards/dashboard/{dashboard}"
    )
