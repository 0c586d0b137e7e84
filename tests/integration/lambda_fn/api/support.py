"""A client of the HTTP application, and the reading of its problems."""

from typing import Any

from starlette.testclient import TestClient

from lambda_fn import contract, settings
from lambda_fn.api import app
from lambda_fn.api.model_server import ModelServer
from lambda_fn.registry import Registry

BASE = contract.API_BASE_PATH


def client_of(registry: Registry, **config: Any) -> TestClient:
    server = ModelServer(registry, ttl_seconds=0)
    service = app.create_app(server, settings.Settings(**config))
    return TestClient(service, raise_server_exceptions=False)


def problem(response: Any) -> dict[str, Any]:
    """Return a problem's body without its correlation id, after checking that it is one."""
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body.pop("correlation_id") == response.headers["x-correlation-id"]
    assert body["status"] == response.status_code
    return body


def settled(answer: Any) -> Any:
    """Return an answer without what is new in every answer to the same request: its time and the decision's id."""
    if isinstance(answer, dict):
        new = ("prediction_timestamp", "decision_id")
        return {name: settled(part) for name, part in answer.items() if name not in new}
    return [settled(part) for part in answer] if isinstance(answer, list) else answer
