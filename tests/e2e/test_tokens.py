"""Access tokens, switched on and off again in a running environment: nothing but the API changes."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from cdk.local.deploy import deploy, deploy_again
from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient
from cdk.ops.tokens import TokenRefused, fetch_token
from lambda_fn.contract import PROBLEM_MEDIA_TYPE
from tests.e2e.support import aws_client, eventually

SHORT_LIFE_SECONDS = 4  # AWS issues none below five minutes; the local AWS does
EXPIRED_WITHIN_SECONDS = 10.0
PATH = "/model/metrics"


@pytest.fixture(scope="module")
def shop(stack: DeployedStack, folder: Path) -> Iterator[ShopClient]:
    """A client of the environment while it asks for tokens; the client fetches one for itself."""
    of_its_own = folder / "tokens"
    of_its_own.mkdir()
    with_tokens = deploy(stack.local_aws, of_its_own, cognito="on")
    with closing(ShopClient(with_tokens, stack.local_aws.endpoint)) as client:
        yield client
    assert deploy_again(stack.local_aws, folder) == stack.outputs


@pytest.fixture(scope="module")
def good_token(stack: DeployedStack, shop: ShopClient) -> str:
    return token_of(stack, registered_client(stack, shop))


def test_a_good_token_and_the_key_are_answered_and_neither_alone(
    stack: DeployedStack, shop: ShopClient, good_token: str
) -> None:
    answers = {
        "both": ask(shop, key=shop.api_key, token=good_token).status_code,
        "no token": ask(shop, key=shop.api_key).status_code,
        "no key": ask(shop, token=good_token).status_code,
        "neither": ask(shop).status_code,
    }

    assert answers == {"both": 200, "no token": 401, "no key": 403, "neither": 401}
    assert ask(shop, key=shop.api_key, token=good_token).json()["model_version"] == stack.model.version


def test_a_token_that_is_not_the_pools_own_is_refused_as_a_problem(shop: ShopClient, good_token: str) -> None:
    header, claims, signature = good_token.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    bad_tokens = {
        "none": None,
        "garbage": "garbage",
        "other claims": f"{header}.{with_one_bit_flipped(claims)}.{signature}",
        "other signature": f"{header}.{claims}.{with_one_bit_flipped(signature)}",
        "no signature": f"{unsigned}.{claims}.",
    }

    refusals = {name: ask(shop, key=shop.api_key, token=token) for name, token in bad_tokens.items()}

    for name, refused in refusals.items():
        assert (refused.status_code, refused.headers["content-type"]) == (401, PROBLEM_MEDIA_TYPE), name
        assert refused.json() == {
            "type": "about:blank",
            "title": "Unauthorized",
            "status": 401,
            "detail": "Send a valid access token in the Authorization header.",
            "correlation_id": refused.headers["x-amzn-requestid"],
        }, name


def test_a_token_is_good_until_it_expires(stack: DeployedStack, shop: ShopClient) -> None:
    # Given a client whose tokens live for seconds
    short_lived = new_client(
        stack,
        shop,
        AllowedOAuthScopes=registered_client(stack, shop)["AllowedOAuthScopes"],
        AccessTokenValidity=SHORT_LIFE_SECONDS,
        TokenValidityUnits={"AccessToken": "seconds"},
    )
    asked_at = time.monotonic()
    token = token_of(stack, short_lived)

    # When it uses one at once, then it is answered
    assert ask(shop, key=shop.api_key, token=token).status_code == 200

    # When it goes on using it, then it is refused, but not before its time
    refused = eventually(
        lambda: answer if (answer := ask(shop, key=shop.api_key, token=token)).status_code != 200 else None,
        EXPIRED_WITHIN_SECONDS,
    )
    assert refused.status_code == 401
    assert time.monotonic() - asked_at > SHORT_LIFE_SECONDS - 1  # a token counts in whole seconds


def test_a_token_for_another_scope_is_refused(stack: DeployedStack, shop: ShopClient) -> None:
    # Given a client of the same pool that may do something else
    pools = aws_client(stack.local_aws, "cognito-idp")
    pools.create_resource_server(
        UserPoolId=shop.outputs.user_pool_id,
        Identifier="another-api",
        Name="another-api",
        Scopes=[{"ScopeName": "read", "ScopeDescription": "Read"}],
    )
    other = new_client(stack, shop, AllowedOAuthScopes=["another-api/read"])

    # When it calls this API, then it is refused
    assert ask(shop, key=shop.api_key, token=token_of(stack, other)).status_code == 401


def test_a_wrong_secret_gets_no_token(stack: DeployedStack, shop: ShopClient) -> None:
    client = {**registered_client(stack, shop), "ClientSecret": "wrong"}  # pragma: allowlist secret

    with pytest.raises(TokenRefused, match="invalid_client"):
        token_of(stack, client)


def test_the_public_paths_need_no_token(shop: ShopClient) -> None:
    assert ask(shop, path="/health").status_code == 200
    assert ask(shop, path="/openapi.json").status_code == 200


def test_a_shops_client_fetches_its_token_by_itself(shop: ShopClient) -> None:
    assert shop.get(PATH, key=shop.api_key).status_code == 200


def ask(shop: ShopClient, *, key: str | None = None, token: str | None = None, path: str = PATH) -> httpx.Response:
    """Answer a GET with exactly the key and the token given."""
    headers = {name: value for name, value in (("x-api-key", key), ("authorization", token)) if value is not None}
    return httpx.get(shop.api_url + path, headers=headers, trust_env=False, timeout=60)


def registered_client(stack: DeployedStack, shop: ShopClient) -> dict[str, Any]:
    """Return the client that the stack registers, with its secret, as an operator looks it up."""
    pools = aws_client(stack.local_aws, "cognito-idp")
    found: dict[str, Any] = pools.describe_user_pool_client(
        UserPoolId=shop.outputs.user_pool_id, ClientId=shop.outputs.oauth_client_id
    )["UserPoolClient"]
    return found


def new_client(stack: DeployedStack, shop: ShopClient, **settings: Any) -> dict[str, Any]:
    """Register another client in the pool."""
    pools = aws_client(stack.local_aws, "cognito-idp")
    made: dict[str, Any] = pools.create_user_pool_client(
        UserPoolId=shop.outputs.user_pool_id,
        ClientName=f"test-{uuid.uuid4()}",
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthFlowsUserPoolClient=True,
        **settings,
    )["UserPoolClient"]
    return made


def token_of(stack: DeployedStack, client: dict[str, Any]) -> str:
    """Fetch an access token with a client's id and secret. Raises TokenRefused."""
    with httpx.Client(trust_env=False) as http:
        token_url = f"{stack.local_aws.endpoint}/oauth2/token"
        return fetch_token(http, token_url, client["ClientId"], client["ClientSecret"])


def with_one_bit_flipped(part: str) -> str:
    """Return a part of a token that differs in one bit in its middle."""
    content = bytearray(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    content[len(content) // 2] ^= 1
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
