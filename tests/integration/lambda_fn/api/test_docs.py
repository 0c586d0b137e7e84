"""The page to read and try the API."""

from html.parser import HTMLParser
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client
from starlette.testclient import TestClient

from lambda_fn import contract, settings
from lambda_fn.api import app
from lambda_fn.api.model_server import ModelServer
from lambda_fn.registry import Registry
from tests.integration.conftest import REGISTRY_BUCKET

BASE = contract.API_BASE_PATH


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and the addresses that it names."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.fixture
def registry(s3: S3Client) -> Registry:
    return Registry(REGISTRY_BUCKET, s3)


@pytest.fixture
def client(registry: Registry) -> TestClient:
    return client_of(registry)


def client_of(registry: Registry, **config: Any) -> TestClient:
    server = ModelServer(registry, ttl_seconds=0)
    service = app.create_app(server, settings.Settings(**config))
    return TestClient(service, raise_server_exceptions=False)


def test_the_page_about_the_api_loads_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get(f"{BASE}/docs")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page()
    page.feed(answer.text)
    assert page.elements.count("script") == 2
    assert page.elements[-2:] == ["script", "script"]  # the first ends where it should, and so does the page
    assert page.addresses == ["data:,", "openapi.json"]
    assert 'SwaggerUIBundle({url: "openapi.json"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
