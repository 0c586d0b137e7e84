"""A shop's id goes in and comes out under the shop's own name; a shop without ids need send none."""

from typing import Any

import pytest
from mypy_boto3_s3 import S3Client
from starlette.testclient import TestClient

from lambda_fn import contract, settings
from lambda_fn.api import app
from lambda_fn.api.model_server import ModelServer
from lambda_fn.registry import Artefact, Registry
from tests import factories
from tests.integration.conftest import REGISTRY_BUCKET

BASE = contract.API_BASE_PATH
NAME = "Kunden-Nr."


def client_of(s3: S3Client, **changes: Any) -> TestClient:
    registry = Registry(REGISTRY_BUCKET, s3)
    registry.publish(Artefact(*factories.artefact(**changes)))
    registry.promote(factories.VERSION)
    return TestClient(app.create_app(ModelServer(registry, ttl_seconds=0), settings.Settings()))


def record(**changes: Any) -> dict[str, Any]:
    found = factories.record()
    del found["user_id"]
    return {**found, **changes}


def test_an_id_of_any_name_is_asked_for_and_returned(s3: S3Client) -> None:
    client = client_of(s3, id_column=NAME)
    one = client.post(f"{BASE}/predict", json=record(**{NAME: "K-1"})).json()
    assert one[NAME] == "K-1"
    assert "user_id" not in one
    records = [record(**{NAME: name}) for name in ("K-1", 2)]
    many = client.post(f"{BASE}/predict/batch", json={"records": records}).json()
    assert [each[NAME] for each in many["predictions"]] == ["K-1", 2]


def test_a_record_without_the_id_is_refused_by_its_name(s3: S3Client) -> None:
    refused = client_of(s3, id_column=NAME).post(f"{BASE}/predict", json=record(user_id="u-1"))
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"pointer": f"/{NAME}", "detail": "is required"}]


def test_the_documentation_names_the_id_as_the_shop_does(s3: S3Client) -> None:
    schemas = client_of(s3, id_column=NAME).get(f"{BASE}/openapi.json").json()["components"]["schemas"]
    request, answer = schemas["PredictRequest"], schemas["Prediction"]
    assert NAME in request["properties"]
    assert request["required"] == [NAME]
    assert NAME in answer["properties"]
    assert "user_id" not in {*request["properties"], *answer["properties"]}


@pytest.mark.parametrize("sent", [{}, {"row": "a"}])
def test_without_an_id_column_a_position_stands_for_it_where_none_is_sent(s3: S3Client, sent: dict[str, str]) -> None:
    client = client_of(s3, id_column=None)
    assert client.post(f"{BASE}/predict", json=record(**sent)).json()["row"] == sent.get("row", 1)
    answer = client.post(f"{BASE}/predict/batch", json={"records": [record(), record(**sent), record()]}).json()
    assert [each["row"] for each in answer["predictions"]] == [1, sent.get("row", 2), 3]
