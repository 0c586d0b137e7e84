"""A model that was tampered with, and promoted all the same, does not take the API down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cdk.local.shoppers import first_request
from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient
from lambda_fn.contract import MODELS_PREFIX
from lambda_fn.registry import Registry
from lambda_fn.scoring.artefact.manifest import MANIFEST_FILE, MODEL_FILE
from tests.e2e.support import eventually

SEEN_WITHIN_SECONDS = 60.0
SHOPPERS_AT_ONCE = 4
BROKEN = "v20000101T000000-00000000"


@pytest.fixture
def registry(client: ShopClient) -> Registry:
    return Registry(client.outputs.registry_bucket, client.s3)


@pytest.fixture
def broken_model(client: ShopClient, stack: DeployedStack, registry: Registry) -> Iterator[str]:
    """The champion's files as another version, one bit of its model flipped. It is not left champion."""
    bucket, good = client.outputs.registry_bucket, f"{MODELS_PREFIX}{stack.model.version}/"
    manifest = json.loads(client.s3.get_object(Bucket=bucket, Key=good + MANIFEST_FILE)["Body"].read())
    model = bytearray(client.s3.get_object(Bucket=bucket, Key=good + MODEL_FILE)["Body"].read())
    manifest["model_version"] = BROKEN
    model[len(model) // 2] ^= 1
    for name, body in ((MODEL_FILE, bytes(model)), (MANIFEST_FILE, json.dumps(manifest).encode())):
        client.s3.put_object(Bucket=bucket, Key=f"{MODELS_PREFIX}{BROKEN}/{name}", Body=body)
    yield BROKEN
    if registry.routing()[0].champion == BROKEN:
        registry.roll_back()


def test_a_broken_champion_leaves_the_last_good_one_answering_until_it_is_rolled_back(
    client: ShopClient, stack: DeployedStack, registry: Registry, broken_model: str
) -> None:
    good = stack.model.version
    assert eventually(lambda: says(client, "ok"), SEEN_WITHIN_SECONDS)["model_version"] == good
    request = first_request(client, stack.shoppers)

    # When a model is promoted that is not what its manifest says
    registry.promote(broken_model, "a rehearsal of what must not happen")

    # Then health says so, and names the model that answers instead
    assert eventually(lambda: says(client, "degraded"), SEEN_WITHIN_SECONDS) == {
        "status": "degraded",
        "model_version": good,
        "problems": [f"{MODEL_FILE} of {broken_model} does not have the checksum its manifest states"],
    }

    # And that one goes on answering, also where a function starts only now, as it does for many calls at once
    with ThreadPoolExecutor(SHOPPERS_AT_ONCE) as shoppers:
        answers = list(shoppers.map(lambda _: client.predict(request, key=client.api_key), range(SHOPPERS_AT_ONCE)))
    assert [(answer.status_code, answer.json()["model_version"]) for answer in answers] == [(200, good)] * len(answers)

    # When the promotion is undone, then all is well again
    registry.roll_back()
    assert eventually(lambda: says(client, "ok"), SEEN_WITHIN_SECONDS) == {
        "status": "ok",
        "model_version": good,
        "problems": [],
    }


def says(client: ShopClient, status: str) -> dict[str, Any] | None:
    """Return what /health says, where it says that status."""
    answer: dict[str, Any] = client.get("/health").json()
    return answer if answer.get("status") == status else None
