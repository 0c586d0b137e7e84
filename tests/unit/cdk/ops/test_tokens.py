from __future__ import annotations

from base64 import b64encode

import httpx
import pytest

from cdk.ops.tokens import TokenRefused, fetch_token

URL = "https://auth.test/oauth2/token"


def client(answer: httpx.Response, requests: list[httpx.Request]) -> httpx.Client:
    def respond(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return answer

    return httpx.Client(transport=httpx.MockTransport(respond))


def test_a_token_is_fetched_with_the_clients_id_and_secret() -> None:
    requests: list[httpx.Request] = []

    with client(httpx.Response(200, json={"access_token": "t-1"}), requests) as http:
        token = fetch_token(http, URL, "id", "secret")

    assert token == "t-1"
    [request] = requests
    assert (request.method, str(request.url)) == ("POST", URL)
    assert request.content == b"grant_type=client_credentials"
    assert request.headers["authorization"] == f"Basic {b64encode(b'id:secret').decode()}"


def test_a_refusal_is_raised_with_the_endpoints_answer() -> None:
    with client(httpx.Response(400, text="invalid_client"), []) as http, pytest.raises(TokenRefused) as refused:
        fetch_token(http, URL, "id", "wrong")

    assert str(refused.value) == f"{URL} answered 400: invalid_client"
