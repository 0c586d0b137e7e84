"""The API's refusals become advice, and the key stays on the server."""

import json

import httpx
import pytest

from console.client import ApiClient, ApiError
from console.settings import ConsoleSettings

SETTINGS = ConsoleSettings.model_validate({"api_url": "https://api.example/prod/api/v1/", "api_key": "k"})


def client(status: int, body: object = None) -> ApiClient:
    answer = httpx.Response(status, json=body)
    return ApiClient(SETTINGS, httpx.MockTransport(lambda _: answer))


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (403, "The API key is wrong or missing. Set APP_API_KEY"),
        (404, "There is no API at https://api.example/prod/api/v1"),
        (429, "used up"),
        (503, "No model answers yet. Train one, publish it, and promote it"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, advice: str) -> None:
    with pytest.raises(ApiError, match=advice):
        client(status).health()


def test_faulty_fields_are_named() -> None:
    problem = {"errors": [{"pointer": "/age", "detail": "expected a number"}]}
    with pytest.raises(ApiError, match=r"^age: expected a number$"):
        client(422, problem).predict({"user_id": 1})


def test_another_failure_gives_its_correlation_id() -> None:
    with pytest.raises(ApiError, match=r"answered 500: broken \(correlation id c-1\)"):
        client(500, {"detail": "broken", "correlation_id": "c-1"}).health()


def test_an_api_that_does_not_answer_is_named() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ApiError, match="does not answer"):
        ApiClient(SETTINGS, httpx.MockTransport(refuse)).health()


def test_a_prediction_sends_the_key_and_asks_for_reasons() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"abandonment_risk": 0.5})

    assert ApiClient(SETTINGS, httpx.MockTransport(answer)).predict({"user_id": 1}, 3) == {"abandonment_risk": 0.5}
    assert seen[0].url == "https://api.example/prod/api/v1/predict?reasons=3"
    assert seen[0].headers["x-api-key"] == "k"
    assert json.loads(seen[0].content) == {"user_id": 1}
