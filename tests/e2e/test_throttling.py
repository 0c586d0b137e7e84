"""What a client with a usage plan of its own is told when it asks too fast, or too much."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient
from lambda_fn.contract import PROBLEM_MEDIA_TYPE
from tests.e2e.support import aws_client

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_apigateway.type_defs import QuotaSettingsTypeDef, ThrottleSettingsTypeDef

ALLOWED = 2
NO_LIMIT: QuotaSettingsTypeDef = {"limit": 1_000_000, "period": "DAY"}
NO_THROTTLE: ThrottleSettingsTypeDef = {"rateLimit": 1_000, "burstLimit": 1_000}


@pytest.mark.parametrize(
    ("throttle", "quota", "detail"),
    [
        pytest.param(
            {"rateLimit": 0.01, "burstLimit": ALLOWED},  # so slow that no machine lets a third one pass
            NO_LIMIT,
            "Slow down: the rate of this API key is used up.",
            id="too-fast",
        ),
        pytest.param(
            NO_THROTTLE,
            {"limit": ALLOWED, "period": "DAY"},
            "The quota of this API key is used up for today.",
            id="too-much",
        ),
    ],
)
def test_what_a_key_may_not_send_is_refused_as_a_problem_and_other_keys_do_not_notice(
    stack: DeployedStack,
    client: ShopClient,
    throttle: ThrottleSettingsTypeDef,
    quota: QuotaSettingsTypeDef,
    detail: str,
) -> None:
    # Given a client whose plan allows two requests
    with client_of(stack, throttle, quota) as key:
        # When it sends four
        answers = [client.get("/model/metrics", key=key) for _ in range(ALLOWED + 2)]

        # Then two are answered, and each of the others is told why not
        assert [answer.status_code for answer in answers] == [200] * ALLOWED + [429] * 2
        for refused in answers[ALLOWED:]:
            assert refused.headers["content-type"] == PROBLEM_MEDIA_TYPE
            assert refused.json() == {
                "type": "about:blank",
                "title": "Too Many Requests",
                "status": 429,
                "detail": detail,
                "correlation_id": gateway_request_id(refused),
            }

        # And the first client of the environment is answered all the while
        assert client.get("/model/metrics", key=client.api_key).status_code == 200


@contextmanager
def client_of(stack: DeployedStack, throttle: ThrottleSettingsTypeDef, quota: QuotaSettingsTypeDef) -> Iterator[str]:
    """Give the API key of a new client with its own plan, as an operator would add one."""
    gateway: APIGatewayClient = aws_client(stack.local_aws, "apigateway")
    address = urlsplit(stack.outputs.api_url)
    stage = {"apiId": str(address.hostname).split(".")[0], "stage": address.path.split("/")[1]}
    name = f"test-{uuid.uuid4()}"
    key = gateway.create_api_key(name=name, enabled=True)
    plan = gateway.create_usage_plan(name=name, apiStages=[stage], throttle=throttle, quota=quota)  # type: ignore[list-item]
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    yield key["value"]
    gateway.delete_usage_plan(usagePlanId=plan["id"])
    gateway.delete_api_key(apiKey=key["id"])


def gateway_request_id(answer: httpx.Response) -> str:
    """Return the id that the gateway gave a request that it refused itself."""
    return answer.headers["x-amzn-requestid"]
