"""The OpenAPI document: what the champion reads, and what the gateway asks for."""

import time
from typing import Any
from urllib.parse import urljoin

import jsonschema_rs
import pytest
from fastapi.openapi.models import OpenAPI
from starlette.testclient import TestClient

from lambda_fn.api import answers
from lambda_fn.registry import Artefact, Registry
from tests import factories
from tests.integration.lambda_fn.api.support import BASE, client_of, settled

QUICK_SECONDS = 2.0  # on a busy machine; it takes some hundredths


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
    document = client.get(f"{BASE}/openapi.json").json()
    paths = document["paths"]
    groups = ["Score shoppers", "Outcomes", "The models in service", "The service"]
    assert [group["name"] for group in document["tags"]] == groups
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


@pytest.mark.parametrize("missing", ["imputed", "value"])
def test_the_examples_are_what_the_champion_answers(registry: Registry, missing: str) -> None:
    # Given a champion and its document
    registry.publish(Artefact(*factories.artefact(missing=missing, importance={"impulse_buying_score": 0.3})))
    registry.promote(factories.VERSION)
    client = client_of(registry)
    paths = client.get(f"{BASE}/openapi.json").json()["paths"]

    def shown(path: str) -> tuple[dict[str, Any], dict[str, Any]]:
        operation = paths[f"{BASE}/{path}"]["post"]
        contents = operation["requestBody"]["content"], operation["responses"]["200"]["content"]
        requests, answered = ({k: e["value"] for k, e in c["application/json"]["examples"].items()} for c in contents)
        return requests, answered

    def served(path: str, request: dict[str, Any]) -> Any:
        return settled(client.post(f"{BASE}/{path}", json=request).json())

    # When its example requests are sent
    requests, answered = shown("predict")
    # Then they are of shoppers of whom all, half and hardly anything is known, and the answers are those shown
    assert [(name, len(request) - 1) for name, request in requests.items()] == [
        ("full", 8),
        ("half_known", 4),
        ("nearly_unknown", 1),
    ]
    for name, request in requests.items():
        assert served("predict", request) == settled(answered[name]), name
        answers.Prediction.model_validate(answered[name])
    assert [len(answered[name]["warnings"]) for name in requests] == [0, 4, 7]
    assert served("predict?reasons=3", requests["full"]) == settled(answered["with_reasons"])
    assert (answered["with_reasons"]["reasons"] is None) == (missing == "imputed")
    # And those of a batch
    [batch], [predictions] = (list(part.values()) for part in shown("predict/batch"))
    assert batch == {"records": list(requests.values())}
    assert served("predict/batch", batch) == settled(predictions)


def test_without_a_champion_there_are_no_examples(client: TestClient) -> None:
    operation = client.get(f"{BASE}/openapi.json").json()["paths"][f"{BASE}/predict"]["post"]
    assert "examples" not in operation["requestBody"]["content"]["application/json"]


def test_the_examples_of_a_shop_without_ids_have_none(registry: Registry) -> None:
    registry.publish(Artefact(*factories.artefact(id_column=None)))
    registry.promote(factories.VERSION)
    operation = client_of(registry).get(f"{BASE}/openapi.json").json()["paths"][f"{BASE}/predict"]["post"]
    shown = operation["requestBody"]["content"]["application/json"]["examples"]
    assert shown["nearly_unknown"]["value"] == {"average_order_value": 255}


@pytest.mark.usefixtures("promoted")
def test_the_document_and_its_examples_are_valid_and_made_quickly(client: TestClient) -> None:
    client.get(f"{BASE}/openapi.json")
    started = time.perf_counter()
    document = client.get(f"{BASE}/openapi.json").json()
    assert time.perf_counter() - started < QUICK_SECONDS
    OpenAPI.model_validate(document)
    for path in ("predict", "predict/batch"):
        operation = document["paths"][f"{BASE}/{path}"]["post"]
        for part in (operation["requestBody"], operation["responses"]["200"]):
            content = part["content"]["application/json"]
            schema = jsonschema_rs.Draft202012Validator({**content["schema"], "components": document["components"]})
            for example in content["examples"].values():
                schema.validate(example["value"])
