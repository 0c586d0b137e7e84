"""HEAD is answered as GET is, without the body."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from lambda_fn import contract
from lambda_fn.api.app import create_app
from lambda_fn.api.model_server import ModelServer
from lambda_fn.settings import Settings
from tests import factories
from tests.fakes import FakeModels

PAGES = ("health", "model/info", "model/metrics", "openapi.json", contract.DOCS_PATH)


def client_of(models: FakeModels) -> TestClient:
    return TestClient(create_app(ModelServer(models, ttl_seconds=0), Settings()), raise_server_exceptions=False)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_head_with_the_headers_of_get(page: str) -> None:
    # Given a service with a model
    models = FakeModels()
    models.promote(factories.VERSION)
    client = client_of(models)
    # When a page is asked for by HEAD and by GET
    head, got = (client.request(method, f"{contract.API_BASE_PATH}/{page}") for method in ("HEAD", "GET"))
    # Then status and headers are the same, but for the id of the request, and the body is left out
    for answer in (head, got):
        del answer.headers["x-correlation-id"]
    assert (head.status_code, head.headers, head.content) == (200, got.headers, b"")
    assert got.headers["content-length"] == str(len(got.content))


def test_a_service_without_a_model_is_unhealthy_by_head_too(capsys: pytest.CaptureFixture[str]) -> None:
    answer = client_of(FakeModels()).head(f"{contract.API_BASE_PATH}/health")
    assert (answer.status_code, answer.content) == (503, b"")
    # And the log tells what was asked
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["method"], line["status"], line["route"]) == ("HEAD", 503, f"{contract.API_BASE_PATH}/health")


def test_what_has_no_get_has_no_head() -> None:
    assert client_of(FakeModels()).head(f"{contract.API_BASE_PATH}/predict").status_code == 405
