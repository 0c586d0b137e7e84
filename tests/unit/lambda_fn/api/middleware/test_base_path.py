"""A custom domain's base path stands before every path that API Gateway hands on."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from lambda_fn import contract
from lambda_fn.api.app import create_app
from lambda_fn.api.model_server import ModelServer
from lambda_fn.settings import Settings
from tests import factories
from tests.fakes import FakeModels

PREDICT = f"{contract.API_BASE_PATH}/predict"


def status(base_path: str, path: str) -> int:
    models = FakeModels()
    models.promote(factories.VERSION)
    client = TestClient(create_app(ModelServer(models, ttl_seconds=3_600), Settings(base_path=base_path)))
    return client.post(path, json=factories.record()).status_code


@pytest.mark.parametrize("base_path", ["/shop", "/shop/eu"])
def test_the_api_answers_below_the_base_path_and_without_it(base_path: str) -> None:
    assert status(base_path, base_path + PREDICT) == 200
    assert status(base_path, PREDICT) == 200  # the stage's own address


@pytest.mark.parametrize(
    ("base_path", "path"), [("", f"/shop{PREDICT}"), ("/shop", f"/shopping{PREDICT}"), ("/shop", f"/a/shop{PREDICT}")]
)
def test_other_paths_are_not_taken_for_it(base_path: str, path: str) -> None:
    assert status(base_path, path) == 404


def test_the_path_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.ENV_BASE_PATH, "/shop")
    assert Settings().base_path == "/shop"


@pytest.mark.parametrize("wrong", ["shop", "/shop/", "/", "/sh op", "//shop"])
def test_what_is_no_base_path_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match=r"APP_BASE_PATH|base_path"):
        Settings(base_path=wrong)
