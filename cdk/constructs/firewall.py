"""A web application firewall in front of the API's stage."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from cdk.environments import Environment
from lambda_fn import contract

MANAGED_RULES: Final = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet")
COMMON_RULES: Final = "AWSManagedRulesCommonRuleSet"
COUNTED_RULES: Final = (  # instead of blocking
    "SizeRestrictions_BODY",  # stops bodies over 8 KB; a batch of 1,000 records is larger
    "NoUserAgent_HEADER",  # stops requests without one; shops' back ends send none, and API keys tell them apart
)
RATE_WINDOW_SECONDS: Final = 300


class Firewall(Construct):
    """AWS's own rules, and a rate limit per source address, for floods that carry no API key.

    A source address may send what one API key may send.
    """

    def __init__(self, scope: Construct, construct_id: str, environment: Environment, stage: apigateway.Stage) -> None:
        super().__init__(scope, construct_id)
        acl = waf.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow=waf.CfnWebACL.AllowActionProperty()),
            visibility_config=_visible(f"{contract.service_name(environment.name)}-all"),
            rules=[
                *(_managed(priority, name) for priority, name in enumerate(MANAGED_RULES)),
                _common(len(MANAGED_RULES)),
                _rate_limit(len(MANAGED_RULES) + 1, environment),
            ],
        )
        waf.CfnWebACLAssociation(self, "Association", resource_arn=stage.stage_arn, web_acl_arn=acl.attr_arn)


def _managed(priority: int, name: str) -> waf.CfnWebACL.RuleProperty:
    group = waf.CfnWebACL.ManagedRuleGroupStatementProperty(vendor_name="AWS", name=name)
    return _group_rule(priority, name, group)


def _common(priority: int) -> waf.CfnWebACL.RuleProperty:
    count = waf.CfnWebACL.RuleActionProperty(count=waf.CfnWebACL.CountActionProperty())
    group = waf.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=COMMON_RULES,
        rule_action_overrides=[
            waf.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count) for rule in COUNTED_RULES
        ],
    )
    return _group_rule(priority, COMMON_RULES, group)


def _group_rule(
    priority: int, name: str, group: waf.CfnWebACL.ManagedRuleGroupStatementProperty
) -> waf.CfnWebACL.RuleProperty:
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        statement=waf.CfnWebACL.StatementProperty(managed_rule_group_statement=group),
        visibility_config=_visible(name),
    )


def _rate_limit(priority: int, environment: Environment) -> waf.CfnWebACL.RuleProperty:
    limit = environment.traffic.requests_per_second * RATE_WINDOW_SECONDS
    return waf.CfnWebACL.RuleProperty(
        name="Flood",
        priority=priority,
        action=waf.CfnWebACL.RuleActionProperty(block=waf.CfnWebACL.BlockActionProperty()),
        statement=waf.CfnWebACL.StatementProperty(
            rate_based_statement=waf.CfnWebACL.RateBasedStatementProperty(
                limit=limit, aggregate_key_type="IP", evaluation_window_sec=RATE_WINDOW_SECONDS
            )
        ),
        visibility_config=_visible("Flood"),
    )


def _visible(metric_name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True,
        metric_name=metric_name,
        sampled_requests_enabled=False,  # samples would hold request headers, API keys among them
    )
