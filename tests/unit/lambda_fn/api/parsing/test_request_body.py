"""Bodies as clients really send them: with a byte order mark, packed, damaged, too large."""

from __future__ import annotations

import gzip
import json
import zlib
from http import HTTPStatus
from typing import Any

import pytest
from starlette.testclient import TestClient

from lambda_fn import contract
from lambda_fn.api.app import create_app
from lambda_fn.api.model_server import ModelServer
from lambda_fn.settings import Settings
from tests import factories
from tests.fakes import FakeModels

PREDICT = f"{contract.API_BASE_PATH}/predict"
BATCH = f"{PREDICT}/batch"
JSON = json.dumps(factories.record()).encode()


@pytest.fixture
def client() -> TestClient:
    models = FakeModels()
    models.promote(factories.VERSION)
    return TestClient(create_app(ModelServer(models, ttl_seconds=3_600), Settings()), raise_server_exceptions=False)


def ask(client: TestClient, body: bytes, coding: str | None = None, path: str = PREDICT) -> tuple[int, dict[str, Any]]:
    """Return the status and the body without what differs from request to request."""
    headers = {"content-type": "application/json"} | ({"content-encoding": coding} if coding else {})
    answer = client.post(path, content=body, headers=headers)
    content: dict[str, Any] = answer.json()
    return answer.status_code, {
        name: value
        for name, value in content.items()
        if name not in ("prediction_timestamp", "decision_id", "correlation_id")
    }


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (b"\xef\xbb\xbf" + JSON, None),
        (gzip.compress(JSON), "gzip"),
        (gzip.compress(b"\xef\xbb\xbf" + JSON), "GZIP"),
        (gzip.compress(JSON[:9]) + gzip.compress(JSON[9:]), "x-gzip"),
        (JSON, "gzip"),  # unpacked by a gateway that left the header
        (JSON, "identity"),
    ],
)
def test_marked_and_packed_bodies_are_answered_as_plain_ones(
    client: TestClient, body: bytes, coding: str | None
) -> None:
    assert ask(client, body, coding) == ask(client, JSON)
    assert ask(client, JSON)[0] == 200


def test_a_batch_may_be_packed_too(client: TestClient) -> None:
    body = json.dumps({"records": [factories.record()]}).encode()
    assert ask(client, gzip.compress(body), "gzip", BATCH)[0] == 200


def refusal(status: int, detail: str) -> tuple[int, dict[str, Any]]:
    return status, {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,  # Python 3.13 has newer ones
        "status": status,
        "detail": detail,
    }


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip"])
def test_another_coding_is_refused_with_the_one_that_is_taken(client: TestClient, coding: str) -> None:
    detail = "Send the body as it is, or packed with gzip."
    assert ask(client, zlib.compress(JSON), coding) == refusal(415, detail)
    answer = client.post(PREDICT, content=JSON, headers={"content-encoding": coding})
    assert answer.headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("body", [gzip.compress(JSON)[:-9], gzip.compress(JSON) + b"more", b"\x1f\x8bxxxxxxxxxxxxxxxx"])
def test_damaged_gzip_is_told(client: TestClient, body: bytes) -> None:
    detail = "The gzip body is damaged or cut off; send it again."
    assert ask(client, body, "gzip") == refusal(400, detail)


def test_what_is_unpacked_is_bounded(client: TestClient) -> None:
    # Given 64 MB in 64 kB
    bomb = gzip.compress(b" " * (64 * 1024 * 1024))
    assert len(bomb) < 100_000
    # When it is sent, then it is refused
    detail = "Send at most 5,242,880 bytes, counted unpacked; split the batch."
    assert ask(client, bomb, "gzip") == refusal(413, detail)


def test_a_body_at_the_bound_is_unpacked(client: TestClient) -> None:
    assert ask(client, gzip.compress(JSON.ljust(contract.MAX_BODY_BYTES)), "gzip") == ask(client, JSON)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_other_encodings_are_named(client: TestClient, encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""  # the others write their own
    detail = "The body is UTF-16 or UTF-32; send JSON in UTF-8."
    assert ask(client, mark + JSON.decode().encode(encoding)) == refusal(400, detail)
