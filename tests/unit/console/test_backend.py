"""What the tabs share: the API is asked once a moment, failures again, and effects are read once a version."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import pytest

from console import backend as module
from console.backend import Backend
from console.client import ApiClient, ApiError
from console.settings import ConsoleSettings
from console.store import Store

SETTINGS = ConsoleSettings.model_validate(
    {"api_url": "http://api.example/api/v1", "aws_endpoint": "http://127.0.0.1:9"}
)
EXPLAINED = {"inputs": ["age"], "nobody": 0.5, "risk": [0.6], "values": [[20.0]], "effects": [[0.1]]}


class Api:
    """Answers as the API does, once ``up``, and counts what it was asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.up = True
        self.version = "v1"

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.rpartition("/v1")[2]
        self.asked[path] += 1
        if not self.up:
            return httpx.Response(503)
        documents = {"/model/info": {"champion": {"model_version": self.version}}, "/model/metrics": {"metrics": {}}}
        return httpx.Response(200, json=documents[path])


class MetricsStore(Store):
    """A store that holds metrics documents and nothing else."""

    def __init__(self, documents: dict[str, dict[str, Any]]) -> None:
        self.documents = documents
        self.asked: Counter[str] = Counter()

    def metrics(self, version: str) -> dict[str, Any]:
        self.asked[version] += 1
        return self.documents[version]


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def store() -> MetricsStore:
    return MetricsStore({"v1": {"explained": EXPLAINED}, "v2": {}})


@pytest.fixture
def backend(api: Api, store: MetricsStore) -> Backend:
    return Backend(SETTINGS, ApiClient(SETTINGS, httpx.MockTransport(api.answer)), store)


def test_the_tabs_of_one_visit_ask_once(backend: Backend, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert backend.champion() == backend.champion() == {"model_version": "v1"}
    backend.metrics()
    backend.metrics()
    assert api.asked == {"/model/info": 1, "/model/metrics": 1}
    monkeypatch.setattr(module, "REMEMBERED_SECONDS", -1.0)
    backend.champion()
    assert api.asked["/model/info"] == 2


def test_a_failure_is_not_remembered(backend: Backend, api: Api) -> None:
    api.up = False
    with pytest.raises(ApiError, match="No model answers yet"):
        backend.champion()
    api.up = True
    assert backend.champion() == {"model_version": "v1"}


def test_effects_are_read_once_a_version(
    backend: Backend, api: Api, store: MetricsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBERED_SECONDS", -1.0)
    for _ in range(2):
        found = backend.effects()
        assert found is not None
        assert found.shoppers == 1
    api.version = "v2"  # another champion, which gives no reasons
    assert backend.effects() is None
    assert backend.effects() is None
    assert store.asked == {"v1": 1, "v2": 1}
