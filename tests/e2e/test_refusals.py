"""What the deployed system does with input that it cannot use."""

from __future__ import annotations

import gzip
import time
from typing import Any

import pytest

from cdk.local import shoppers
from cdk.local.model import COUNTRY
from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient
from lambda_fn.contract import PROBLEM_MEDIA_TYPE

UNUSABLE = {
    "empty.csv": b"",
    "no-header.csv": b"1,2,3\n4,5,6\n",
    "lacks-columns.csv": b"user_id,age\n1,30\n",
    "not-text.csv": bytes(range(256)) * 40,
}


@pytest.fixture(scope="session")
def request_body(client: ShopClient, stack: DeployedStack) -> dict[str, Any]:
    return shoppers.first_request(client, stack.shoppers)


def test_health_needs_no_key_and_names_the_champion(client: ShopClient, stack: DeployedStack) -> None:
    response = client.get("/health")

    assert response.status_code == 200
    assert stack.model.version in response.text


@pytest.mark.parametrize("key", [None, "not-a-key"])
def test_everything_else_needs_a_known_key(client: ShopClient, key: str | None) -> None:
    assert client.get("/model/info", key=key).status_code == 403


def test_an_unknown_path_is_not_found(client: ShopClient) -> None:
    response = client.get("/no/such/path", key=client.api_key)

    assert response.status_code == 404
    assert response.headers["content-type"].startswith(PROBLEM_MEDIA_TYPE)


@pytest.mark.parametrize(
    ("field", "value"),
    [("age", 900), ("age", "forty"), ("monthly_spend", None), ("user_id", None)],
)
def test_a_bad_value_is_refused_by_name_and_a_missing_one_is_not(
    client: ShopClient, request_body: dict[str, Any], field: str, value: Any
) -> None:
    body = (
        {**request_body, field: value} if value is not None else {k: v for k, v in request_body.items() if k != field}
    )

    response = client.predict(body, key=client.api_key)

    if field == "monthly_spend":  # optional: imputed, and said so
        assert response.status_code == 200
        assert field in str(response.json()["warnings"])
    else:
        assert response.status_code == 422
        assert field in response.text


@pytest.fixture(scope="module")
def unusable_files(client: ShopClient) -> ShopClient:
    """Drop all of them at once: each takes two cold starts."""
    for name, content in UNUSABLE.items():
        client.drop(name, content)
    return client


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_cannot_be_scored_says_what_to_fix_and_fails_its_execution(
    unusable_files: ShopClient, name: str
) -> None:
    failure = unusable_files.failure(name, timeout_seconds=60)

    assert failure["input"] == f"incoming/{name}"
    assert failure["message"]
    assert failure["what_to_do"]
    assert execution_fails(unusable_files, name)


def test_a_gzipped_file_is_scored(client: ShopClient, stack: DeployedStack) -> None:
    client.drop("zipped.csv.gz", gzip.compress(shoppers.as_csv(shoppers.first_rows(stack.shoppers, 100, COUNTRY))))

    job = client.collect("zipped.csv.gz", timeout_seconds=60)

    assert (len(job.scored), len(job.rejected)) == (100, 0)


def execution_fails(client: ShopClient, name: str) -> bool:
    """Tell whether the execution ends as failed; it writes the reason first."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if client.failed_execution(name):
            return True
        time.sleep(0.5)
    return False
