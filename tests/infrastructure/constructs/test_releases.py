"""Canary releases, which only AWS carries."""

from __future__ import annotations

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
