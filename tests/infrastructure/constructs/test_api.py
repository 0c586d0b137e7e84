"""The REST API. The local AWS drops its access log and its limits, so the template is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cdk.environments import ENVIRONMENTS
from lambda_fn import contract
from tests.infrastructure.conftest import synthesize
from tests.infrastructure.synthesis import Synthesis, flat


def test_everything_but_the_few_public_pages_needs_an_api_key(each: Synthesis) -> None:
    routes = _routes(each)

    assert {
        route: method.get("ApiKeyRequired", False) for route, method in routes.items() if "OPTIONS" not in route
    } == {
        **{
            f"{method} {contract.API_BASE_PATH}/{path}": False
            for path in contract.PUBLIC_PATHS
            for method in ("GET", "HEAD")
        },
        f"ANY {contract.API_BASE_PATH}/{{proxy+}}": True,
    }


def test_tokens_are_asked_for_where_the_environment_says_so(each: Synthesis) -> None:
    method = _routes(each)[f"ANY {contract.API_BASE_PATH}/{{proxy+}}"]

    expected = ("COGNITO_USER_POOLS", ["cart-abandonment/score"]) if each.environment.cognito else ("NONE", None)
    assert (method["AuthorizationType"], method.get("AuthorizationScopes")) == expected


def test_the_stage_is_throttled_traced_and_logged_without_payloads(each: Synthesis) -> None:
    stage = each.only("AWS::ApiGateway::Stage")
    traffic = each.environment.traffic

    assert stage["StageName"] == each.environment.name
    assert stage["TracingEnabled"] is True
    every_method = {"DataTraceEnabled": False, "LoggingLevel": "ERROR", "MetricsEnabled": True}
    assert stage["MethodSettings"] == [
        {
            **every_method,
            "HttpMethod": "*",
            "ResourcePath": "/*",
            "ThrottlingBurstLimit": traffic.burst * traffic.clients,
            "ThrottlingRateLimit": traffic.requests_per_second * traffic.clients,
        },
        # What anybody may ask is for nobody to use up.
        *(
            {
                **every_method,
                "HttpMethod": method,
                "ResourcePath": f"/~1api~1v1~1{page}",
                "ThrottlingBurstLimit": burst,
                "ThrottlingRateLimit": rate,
            }
            for page, rate, burst in (("health", 10, 20), ("docs", 1, 5), ("openapi.json", 10, 20))
            for method in ("GET", "HEAD")
        ),
    ]


def test_the_access_log_is_json_that_names_no_header_body_or_query(each: Synthesis) -> None:
    fields = json.loads(each.only("AWS::ApiGateway::Stage")["AccessLogSetting"]["Format"])

    assert fields["correlation_id"] == "$context.requestId"
    assert [value for value in fields.values() if not value.startswith("$context.")] == []
    assert [value for value in fields.values() if "authorizer" in value or "header" in value or value == "path"] == []


def test_one_client_has_a_rate_and_a_quota(each: Synthesis) -> None:
    plan = each.only("AWS::ApiGateway::UsagePlan")
    traffic = each.environment.traffic

    assert plan["Throttle"] == {"RateLimit": traffic.requests_per_second, "BurstLimit": traffic.burst}
    assert plan["Quota"] == {"Limit": traffic.requests_per_day, "Period": "DAY"}
    assert len(each.of_type("AWS::ApiGateway::UsagePlanKey")) == 1


def test_browsers_may_call_from_the_environments_origins_only(every: dict[str, Synthesis]) -> None:
    def origins(synthesis: Synthesis) -> set[str]:
        return {
            response["ResponseParameters"]["method.response.header.Access-Control-Allow-Origin"]
            for method in synthesis.properties("AWS::ApiGateway::Method").values()
            if method["HttpMethod"] == "OPTIONS"
            for response in method["Integration"]["IntegrationResponses"]
        }

    assert {name: origins(synthesis) for name, synthesis in every.items()} == {
        "local": {"'http://localhost:3000'"},
        "dev": {"'http://localhost:3000'"},
        "staging": set(),
        "prod": set(),
    }
    for synthesis in every.values():
        (api,) = (
            f for f in synthesis.properties("AWS::Lambda::Function").values() if f["Handler"] == contract.HANDLER_API
        )
        assert api["Environment"]["Variables"][contract.ENV_CORS_ORIGINS] == ",".join(
            synthesis.environment.cors_origins
        )


def test_the_function_is_told_the_base_path_of_a_custom_domain() -> None:
    synthesis = synthesize(replace(ENVIRONMENTS["dev"], base_path="/shop"))
    (api,) = (f for f in synthesis.properties("AWS::Lambda::Function").values() if f["Handler"] == contract.HANDLER_API)
    assert api["Environment"]["Variables"][contract.ENV_BASE_PATH] == "/shop"


def _routes(synthesis: Synthesis) -> dict[str, Any]:
    resources = synthesis.properties("AWS::ApiGateway::Resource")

    def path(reference: Any) -> str:
        if "Fn::GetAtt" in reference:
            return ""
        resource = resources[reference["Ref"]]
        return f"{path(resource['ParentId'])}/{resource['PathPart']}"

    return {
        f"{method['HttpMethod']} {path(method['ResourceId'])}": method
        for method in synthesis.properties("AWS::ApiGateway::Method").values()
    }


def test_the_gateways_own_log_forgets_like_the_others(each: Synthesis) -> None:
    # API Gateway would make it itself, without an end, where it is not there before the stage
    [(name, log)] = [
        (name, log)
        for name, log in each.properties("AWS::Logs::LogGroup").items()
        if "API-Gateway-Execution-Logs_" in flat(log.get("LogGroupName", ""))
    ]
    [rest] = each.of_type("AWS::ApiGateway::RestApi")
    [stage] = each.of_type("AWS::ApiGateway::Stage").values()

    assert flat(log["LogGroupName"]) == f"API-Gateway-Execution-Logs_<{rest}>/{each.environment.name}"
    assert log["RetentionInDays"] == each.environment.log_days
    assert name in stage["DependsOn"]


@pytest.mark.usefixtures("_no_account")
def test_one_of_the_environments_that_share_an_account_sets_the_role_that_gateways_log_by() -> None:
    owner = synthesize(ENVIRONMENTS["dev"])
    other = synthesize(replace(ENVIRONMENTS["dev"], sets_gateway_role=False))

    assert len(owner.of_type("AWS::ApiGateway::Account")) == 1
    assert {part["DeletionPolicy"] for part in owner.of_type("AWS::ApiGateway::Account").values()} == {
        "RetainExceptOnCreate"
    }
    assert other.of_type("AWS::ApiGateway::Account") == {}
