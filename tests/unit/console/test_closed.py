"""What the page refuses: other hosts, other origins, who does not know the password."""

import base64
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from console.closed import CONTENT_SECURITY_POLICY, Closed
from console.settings import ConsoleSettings

INSIDE = Starlette(routes=[Route("/", lambda _: PlainTextResponse("in"), methods=["GET", "POST"])])


def page(**settings: Any) -> TestClient:
    found = ConsoleSettings.model_validate({"api_url": "http://x", **settings})
    return TestClient(Closed(INSIDE, found), base_url="http://127.0.0.1:7860")


def basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_the_page_s_own_requests_pass_and_name_no_other_host() -> None:
    answer = page().post("/", headers={"origin": "http://127.0.0.1:7860"})
    assert (answer.status_code, answer.text) == (200, "in")
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"host": "rebound.example"}),
        ("POST", {"origin": "https://other.example"}),
        ("POST", {"origin": "null"}),
        ("POST", {"sec-fetch-site": "cross-site"}),
    ],
)
def test_others_are_refused(method: str, headers: dict[str, str]) -> None:
    assert page().request(method, "/", headers=headers).status_code == 403


def test_a_password_lets_in_who_knows_it() -> None:
    closed = page(password="right", host="0.0.0.0")  # pragma: allowlist secret
    assert closed.get("/").status_code == 401
    assert closed.get("/", headers=basic("shop:wrong")).status_code == 401
    assert closed.get("/", headers={"authorization": "Basic %%"}).status_code == 401
    assert closed.get("/", headers=basic("shop:right")).text == "in"


def test_a_proxy_s_header_lets_in() -> None:
    closed = page(user_header="x-user", host="0.0.0.0")
    assert closed.get("/").status_code == 401
    assert closed.get("/", headers={"x-user": "ada"}).text == "in"
