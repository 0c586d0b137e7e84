"""The OpenAPI document: what the champion reads, and what the gateway asks for."""

from typing import Any
from urllib.parse import urljoin

import pytest
from starlette.testclient import TestClient

from lambda_fn.registry import Registry
from tests import factories
from tests.integration.lambda_fn.api.support import BASE, client_of


@pytest.mark.usefixtures("promoted")
def test_the_document_describes_the_champions_inputs(client: TestClient) -> None:
    document = client.get(f"{BASE}/openapi.json").json()
    assert set(document["paths"]) == {
        f"{BASE}/{path}" for path in ("predict", "predict/batch", "outcomes", "health", "model/info", "model/metrics")
    }
    record = document["components"]["schemas"]["PredictRequest"]
    assert set(record["properties"]) == {"user_id", *factories.record()}


def test_the_document_asks_for_what_the_gateway_asks_for(promoted: Registry) -> None:
    plain, with_tokens = (
        client_of(promoted, access_tokens=on).get(f"{BASE}/openapi.json").json() for on in (False, True)
    )
    assert plain["security"] == [{"ApiKey": []}]
    assert with_tokens["security"] == [{"ApiKey": [], "AccessToken": []}]
    assert set(with_tokens["components"]["securitySchemes"]) == {"ApiKey", "AccessToken"}

    def statuses(document: dict[str, Any], path: str, method: str) -> set[str]:
        return set(document["paths"][f"{BASE}/{path}"][method]["responses"])

    usual = {"200", "400", "403", "413", "415", "422", "429", "500", "503", "504"}
    assert statuses(plain, "predict", "post") == usual
    assert statuses(with_tokens, "predict", "post") == {*usual, "401"}
    assert statuses(with_tokens, "health", "get") == {"200", "429", "500", "503", "504"}


@pytest.mark.parametrize("stage", ["", "/live", "/_aws/execute-api/a1b2/local"])
def test_the_documents_paths_begin_where_its_own_does(client: TestClient, stage: str) -> None:
    address = f"https://shop.example{stage}{BASE}/openapi.json"
    (server,) = client.get(f"{BASE}/openapi.json").json()["servers"]
    assert urljoin(address, server["url"]).rstrip("/") == f"https://shop.example{stage}"


@pytest.mark.usefixtures("promoted")
def test_operations_are_grouped_and_named_in_words(client: TestClient) -> None:
    paths = client.get(f"{BASE}/openapi.json").json()["paths"]
    named = [(operation["tags"], operation["summary"]) for path in paths.values() for operation in path.values()]
    assert named == [
        (["Score shoppers"], "Score one shopper"),
        (["Score shoppers"], "Score up to 1,000 shoppers"),
        (["Outcomes"], "Tell which orders came"),
        (["The service"], "Ask whether the service answers"),
        (["The models in service"], "Describe the models in service"),
        (["The models in service"], "Read how good the champion is"),
    ]


@pytest.mark.usefixtures("promoted")
def test_reasons_are_asked_for_by_a_documented_parameter_that_is_checked(client: TestClient) -> None:
    paths = client.get(f"{BASE}/openapi.json").json()["paths"]
    for path in ("predict", "predict/batch"):
        [parameter] = paths[f"{BASE}/{path}"]["post"]["parameters"]
        assert (parameter["name"], parameter["schema"]["maximum"]) == ("reasons", 20)
    refused = client.post(f"{BASE}/predict?reasons=21", json=factories.record())
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "?reasons"
    assert client.post(f"{BASE}/predict?reasons=2", json=factories.record()).json()["reasons"] is None  # it imputes
