"""Refusals of the gateway itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cdk.constructs.gateway_responses import REFUSALS
from lambda_fn import contract
from tests.infrastructure.synthesis import Synthesis


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.kind)
def test_a_refusal_of_the_gateway_is_a_problem_with_a_correlation_id(prod: Synthesis, refusal: Any) -> None:
    kind = {"DEFAULT_4_XX": "DEFAULT_4XX", "DEFAULT_5_XX": "DEFAULT_5XX"}.get(refusal.kind, refusal.kind)
    (response,) = (
        properties
        for properties in prod.properties("AWS::ApiGateway::GatewayResponse").values()
        if properties["ResponseType"] == kind
    )

    problem = json.loads(response["ResponseTemplates"]["application/json"])
    assert problem.pop("status", None) == refusal.status
    assert problem == {
        "type": "about:blank",
        "title": refusal.title,
        "detail": refusal.detail,
        contract.PROBLEM_CORRELATION_ID: "$context.requestId",
    }
    assert response.get("StatusCode") == (None if refusal.status is None else str(refusal.status))
    assert response["ResponseParameters"] == {
        f"gatewayresponse.header.{name}": f"'{value}'"
        for name, value in ({"Content-Type": contract.PROBLEM_MEDIA_TYPE, **contract.SECURITY_HEADERS}).items()
    }
