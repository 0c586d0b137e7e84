"""What is logged of a request, and what every answer carries."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from lambda_fn import contract
from lambda_fn.api import answers
from tests import factories
from tests.integration.lambda_fn.api.support import BASE, problem


@pytest.mark.usefixtures("promoted")
def test_an_error_nobody_foresaw_tells_only_its_correlation_id(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    detail = "detail"

    def explode(*_: Any) -> None:
        raise RuntimeError("secret " + detail)

    monkeypatch.setattr(answers, "predictions", explode)
    answer = client.post(f"{BASE}/predict", json=factories.record())
    assert answer.status_code == 500
    logged = capsys.readouterr().out
    assert "secret detail" not in answer.text + logged
    assert problem(answer)["title"] == "Internal Server Error"
    assert answer.headers["x-correlation-id"] in logged
    assert "RuntimeError" in logged
    assert "in predict" in logged  # the stack says where


def test_every_answer_carries_security_headers(client: TestClient) -> None:
    headers = client.get(f"{BASE}/health").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.usefixtures("promoted")
def test_a_log_line_names_no_shopper_attribute(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.post(f"{BASE}/predict", json=factories.record(user_id="someone-in-particular", average_order_value=431.7))
    client.post(f"{BASE}/predict", json=factories.record(user_id="someone-in-particular", ad_views_per_day=-431.7))
    logged = capsys.readouterr().out
    client.get(f"{BASE}/someone-in-particular")
    logged += capsys.readouterr().out
    assert '"route":"/api/v1/predict"' in logged  # the refusal
    assert '"status":404' in logged  # the path that is none
    assert contract.METRIC_PREDICTIONS in logged
    assert "someone-in-particular" not in logged
    assert "431.7" not in logged
