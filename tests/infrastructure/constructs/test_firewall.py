"""The firewall, which only AWS carries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infrastructure.synthesis import Synthesis


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
