"""The smoke test must fail when the environment does; a stand-in client answers wrongly, one way at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from cdk.ops.client import JobResult
from cdk.ops.smoke import SmokeFailed, check

OPENAPI = {
    "components": {
        "schemas": {
            "PredictRequest": {
                "required": ["user_id"],
                "properties": {
                    "user_id": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                    "age": {"anyOf": [{"type": "integer", "examples": [48]}, {"type": "null"}]},
                },
            }
        }
    }
}
ADDRESS = httpx.Request("GET", "https://api.test")


@dataclass
class FakeClient:
    """A healthy environment, unless told otherwise."""

    health: int = 200
    with_key: int = 200
    without_key: int = 403
    lost: int = 0
    api_key: str = "key"  # pragma: allowlist secret
    dropped: list[bytes] = field(default_factory=list)

    def get(self, path: str) -> httpx.Response:
        if path == "/health":
            return httpx.Response(self.health, json={"status": "ok", "model_version": "v1"}, request=ADDRESS)
        return httpx.Response(200, json=OPENAPI, request=ADDRESS)

    def predict(self, record: dict[str, Any], *, key: str | None) -> httpx.Response:
        assert record == {"user_id": "smoke", "age": 48}
        status = self.with_key if key else self.without_key
        return httpx.Response(status, json={"risk_level": "LOW", "recommended_intervention": "none"})

    def drop(self, name: str, body: bytes) -> None:
        assert name.endswith(".csv")
        self.dropped.append(body)

    def collect(self, name: str) -> JobResult:  # noqa: ARG002
        rows = self.dropped[0].decode().splitlines()[1:]
        scored = [{"row": row} for row in rows if not row.startswith(",")]
        return JobResult({}, scored[self.lost :], [{"row": row} for row in rows if row.startswith(",")])


def test_a_healthy_environment_passes() -> None:
    said: list[str] = []
    check(FakeClient(), said.append)  # type: ignore[arg-type]  # what the check uses of a client
    assert said == [
        "health: ok, model v1",
        "prediction: LOW, none",
        "without the API key: refused",
        "dropped file: 50 rows in = 48 scored + 2 rejected",
    ]


@pytest.mark.parametrize(
    ("faulty", "why"),
    [
        (FakeClient(health=503), "GET /health answered 503"),
        (FakeClient(with_key=500), "POST /predict answered 500"),
        (FakeClient(without_key=200), "without the API key answered 200"),
        (FakeClient(lost=1), "47 were scored, 2 rejected"),
    ],
)
def test_an_environment_at_fault_is_told_by_what_it_did(faulty: FakeClient, why: str) -> None:
    with pytest.raises(SmokeFailed, match=why):
        check(faulty, lambda _line: None)  # type: ignore[arg-type]
