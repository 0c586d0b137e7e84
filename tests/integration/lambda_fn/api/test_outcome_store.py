"""POST /outcomes: kept below ``outcomes/`` as learning reads them, or refused as a whole."""

import json
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client
from starlette.testclient import TestClient

from lambda_fn import settings
from lambda_fn.api import app
from lambda_fn.api.model_server import ModelServer
from lambda_fn.api.outcome_store import POSTED_PREFIX, OutcomeStore
from lambda_fn.contract import ROUTING_KEY
from lambda_fn.registry import Registry
from tests import factories
from tests.integration.conftest import REGISTRY_BUCKET
from tests.integration.lambda_fn.api.support import BASE, client_of, problem

DATA = "data"
ORDER = {"user_id": 7, "time": "2026-07-03T10:00:00Z", "order_value": 80.5, "sent": True}


@pytest.fixture
def shop(promoted: Registry, s3: S3Client) -> TestClient:
    s3.create_bucket(Bucket=DATA)
    service = app.create_app(ModelServer(promoted, ttl_seconds=0), settings.Settings(), store=OutcomeStore(s3, DATA))
    return TestClient(service, raise_server_exceptions=False)


def kept(s3: S3Client) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=DATA).get("Contents", [])]


def post(shop: TestClient, *outcomes: Any) -> Any:
    return shop.post(f"{BASE}/outcomes", json={"outcomes": outcomes})


def test_outcomes_are_kept_under_the_logs_name_of_the_shopper(
    shop: TestClient, promoted: Registry, s3: S3Client
) -> None:
    answer = post(shop, ORDER, {**ORDER, "decision_id": "d1"})
    assert (answer.status_code, answer.json()) == (200, {"taken": 2})
    (key,) = kept(s3)
    assert key.startswith(POSTED_PREFIX)
    found = s3.get_object(Bucket=DATA, Key=key)
    assigner = promoted.routing()[0].assigner()
    assert assigner
    shopper = assigner.shopper_hash(b"7")
    assert found["Body"].read().decode().splitlines() == [
        "decision_id,shopper,time,order_value,sent",
        f",{shopper},2026-07-03T10:00:00+00:00,80.5,1",
        f"d1,{shopper},2026-07-03T10:00:00+00:00,80.5,1",
    ]


def test_a_request_that_is_sent_again_is_kept_once(shop: TestClient, s3: S3Client) -> None:
    for _ in range(2):
        assert post(shop, ORDER).status_code == 200
    assert len(kept(s3)) == 1
    post(shop, {**ORDER, "order_value": 81})
    assert len(kept(s3)) == 2


def test_one_faulty_outcome_refuses_the_request_and_nothing_is_kept(shop: TestClient, s3: S3Client) -> None:
    answer = post(shop, ORDER, {**ORDER, "order_value": -1})
    assert problem(answer) == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "The request cannot be taken; see outcomes/1/order_value.",
        "errors": [{"pointer": "/outcomes/1/order_value", "detail": "expected a number of at least 0"}],
    }
    assert kept(s3) == []


def test_a_bucket_that_takes_nothing_is_told_and_the_outcomes_can_be_sent_again(shop: TestClient, s3: S3Client) -> None:
    s3.delete_bucket(Bucket=DATA)
    answer = post(shop, ORDER)
    assert answer.headers["retry-after"]
    assert problem(answer)["detail"] == (
        "The outcomes were not kept: the data bucket does not take them; send them again."
    )


def test_without_a_key_and_without_a_bucket_nothing_is_taken_silently(
    shop: TestClient, promoted: Registry, s3: S3Client
) -> None:
    assert "there is no data bucket" in problem(post(client_of(promoted), ORDER))["detail"]
    s3.put_object(Bucket=REGISTRY_BUCKET, Key=ROUTING_KEY, Body=json.dumps({"champion": factories.VERSION}).encode())
    assert "no decision was logged yet" in problem(post(shop, ORDER))["detail"]
    assert kept(s3) == []
