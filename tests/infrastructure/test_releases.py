"""What only AWS carries: canary releases and the firewall. The local AWS refuses both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infrastructure.synthesis import Synthesis


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_a_code_release_is_shifted_in_and_taken_back_by_the_apis_alarms(every: dict[str, Synthesis], name: str) -> None:
    group = every[name].only("AWS::CodeDeploy::DeploymentGroup")

    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    assert group["AutoRollbackConfiguration"] == {
        "Enabled": True,
        "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"],
    }
    assert group["AlarmConfiguration"]["Enabled"] is True
    alarms = every[name].properties("AWS::CloudWatch::Alarm")
    rollback = {alarms[alarm["Name"]["Ref"]]["AlarmName"] for alarm in group["AlarmConfiguration"]["Alarms"]}
    assert rollback == {
        f"cart-abandonment-{name}-{alarm}"
        for alarm in ("api-5xx-share", "api-release-5xx-share", "api-p99", "api-errors")
    }


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_the_api_alias_moves_only_through_the_release(every: dict[str, Synthesis], name: str) -> None:
    policies = {
        alias: resource.get("UpdatePolicy") for alias, resource in every[name].of_type("AWS::Lambda::Alias").items()
    }

    assert [alias for alias, policy in policies.items() if policy] == [alias for alias in policies if "Api" in alias]


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_the_firewall_stands_before_the_stage(every: dict[str, Synthesis], name: str) -> None:
    synthesis = every[name]
    (acl,) = synthesis.of_type("AWS::WAFv2::WebACL")
    association: Any = synthesis.only("AWS::WAFv2::WebACLAssociation")
    (stage,) = synthesis.of_type("AWS::ApiGateway::Stage")

    assert association["WebACLArn"] == {"Fn::GetAtt": [acl, "Arn"]}
    assert {"Ref": stage} in association["ResourceArn"]["Fn::Join"][1]


def test_a_batch_of_a_thousand_records_from_a_bare_client_passes_the_firewall(prod: Synthesis) -> None:
    (common,) = (
        rule for rule in prod.only("AWS::WAFv2::WebACL")["Rules"] if rule["Name"] == "AWSManagedRulesCommonRuleSet"
    )

    assert common["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"] == [
        {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}},
        {"Name": "NoUserAgent_HEADER", "ActionToUse": {"Count": {}}},
    ]


def test_one_address_may_send_what_one_client_may(prod: Synthesis) -> None:
    (flood,) = (rule for rule in prod.only("AWS::WAFv2::WebACL")["Rules"] if rule["Name"] == "Flood")
    plan = prod.only("AWS::ApiGateway::UsagePlan")

    assert flood["Statement"]["RateBasedStatement"] == {
        "AggregateKeyType": "IP",
        "EvaluationWindowSec": 300,
        "Limit": plan["Throttle"]["RateLimit"] * 300,
    }


@pytest.mark.parametrize("name", ["local", "dev"])
def test_local_and_dev_release_at_once_behind_no_firewall(every: dict[str, Synthesis], name: str) -> None:
    refused = ("AWS::CodeDeploy::", "AWS::WAFv2::", "AWS::CloudWatch::CompositeAlarm")
    types = {resource["Type"] for resource in every[name].service["Resources"].values()}

    assert [kind for kind in types if kind.startswith(refused)] == []


def test_no_alarm_of_local_needs_metric_math(local: Synthesis) -> None:
    assert [alarm for alarm in local.properties("AWS::CloudWatch::Alarm").values() if "Metrics" in alarm] == []
