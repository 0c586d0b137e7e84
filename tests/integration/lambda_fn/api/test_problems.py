"""Every refusal is a problem that says what to do."""

from http import HTTPStatus

import pytest
from starlette.testclient import TestClient

from lambda_fn import contract
from tests import factories
from tests.integration.lambda_fn.api.support import BASE, problem


@pytest.mark.usefixtures("promoted")
def test_a_fault_is_a_422_that_names_the_field(client: TestClient) -> None:
    assert problem(client.post(f"{BASE}/predict", json=factories.record(impulse_buying_score=99))) == {
        "type": "about:blank",
        "title": HTTPStatus(422).phrase,  # its wording changed with Python 3.13
        "status": 422,
        "detail": "The request cannot be scored; see impulse_buying_score.",
        "errors": [
            {"pointer": "/impulse_buying_score", "detail": "expected a whole number from 0 to 10 (points)"},
        ],
    }


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[1]"])
@pytest.mark.usefixtures("promoted")
def test_a_body_that_is_no_json_object_is_a_422(client: TestClient, body: bytes) -> None:
    assert problem(client.post(f"{BASE}/predict", content=body))["errors"][0]["pointer"] == ""


@pytest.mark.usefixtures("promoted")
def test_more_than_the_limit_of_records_is_refused_with_the_limit(client: TestClient) -> None:
    answer = client.post(f"{BASE}/predict/batch", json={"records": [{"user_id": 1}] * 1_001})
    assert problem(answer)["errors"] == [
        {"pointer": "/records", "detail": "List should have at most 1000 items after validation, not 1001"}
    ]


@pytest.mark.usefixtures("promoted")
def test_a_body_over_the_size_limit_is_a_413(client: TestClient) -> None:
    answer = client.post(f"{BASE}/predict", content=b" " * (contract.MAX_BODY_BYTES + 1))
    assert problem(answer)["detail"] == "Send at most 5,242,880 bytes; split the batch."


def test_unknown_paths_and_methods_are_problems(client: TestClient) -> None:
    assert problem(client.get("/somewhere"))["status"] == 404
    wrong = client.get(f"{BASE}/predict")
    assert problem(wrong)["status"] == 405
    assert wrong.headers["allow"] == "POST"
