"""How the environments differ, in their templates."""

from __future__ import annotations

import pytest

from tests.infrastructure.synthesis import Synthesis


def test_two_environments_fit_in_one_account(each_in_aws: Synthesis) -> None:
    """Every fixed name carries the environment's."""
    fixed = {
        value
        for kind, field in (
            ("AWS::CloudWatch::Alarm", "AlarmName"),
            ("AWS::CloudWatch::Dashboard", "DashboardName"),
            ("AWS::ApiGateway::RestApi", "Name"),
            ("AWS::ApiGateway::UsagePlan", "UsagePlanName"),
        )
        for value in (properties[field] for properties in each_in_aws.properties(kind).values())
    }

    assert len(fixed) > 4
    assert [name for name in fixed if f"-{each_in_aws.environment.name}" not in name] == []
    unnamed = (
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::Lambda::Function", "FunctionName"),
        ("AWS::IAM::Role", "RoleName"),
    )
    assert [kind for kind, field in unnamed for value in each_in_aws.properties(kind).values() if field in value] == []


@pytest.mark.parametrize("name", ["local", "dev"])
def test_local_and_dev_release_at_once_behind_no_firewall(every: dict[str, Synthesis], name: str) -> None:
    refused = ("AWS::CodeDeploy::", "AWS::WAFv2::", "AWS::CloudWatch::CompositeAlarm")
    types = {resource["Type"] for resource in every[name].service["Resources"].values()}

    assert [kind for kind in types if kind.startswith(refused)] == []


def test_no_alarm_of_local_needs_metric_math(local: Synthesis) -> None:
    assert [alarm for alarm in local.properties("AWS::CloudWatch::Alarm").values() if "Metrics" in alarm] == []
