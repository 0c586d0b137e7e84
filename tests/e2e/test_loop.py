"""The closed loop on the local AWS: decisions with a control group and exploration, logged, each exactly once.

The local AWS writes each record put to the stream at once; buffering and gzip are asserted from the template.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from cdk.local import shoppers
from cdk.local.model import COUNTRY, TrainingCli
from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient
from lambda_fn import contract
from lambda_fn.scoring.decision_log import DecisionRecord, read_file, without_repeats
from tests.e2e.support import eventually

CONTROL, EXPLORE = 0.2, 0.4
SHOPPERS = 300
ALONE = 5
SEEN_WITHIN_SECONDS = 60.0


@pytest.fixture(scope="module")
def groups_on(stack: DeployedStack, client: ShopClient, training_cli: TrainingCli) -> Iterator[None]:
    bucket = stack.outputs.registry_bucket
    training_cli.assign(bucket, control=CONTROL, explore=EXPLORE)
    eventually(lambda: shares(client) == (CONTROL, EXPLORE), SEEN_WITHIN_SECONDS)
    yield
    training_cli.assign(bucket, control=0, explore=0)
    eventually(lambda: shares(client) == (0, 0), SEEN_WITHIN_SECONDS)


@pytest.fixture(scope="module")
def answers(groups_on: None, client: ShopClient, stack: DeployedStack) -> list[dict[str, Any]]:  # noqa: ARG001
    manifest = shoppers.champion(client)
    rows = shoppers.first_rows(stack.shoppers, SHOPPERS, COUNTRY)
    records = [shoppers.as_request(shoppers.as_csv([row]), manifest) for row in rows]
    together = client.post("/predict/batch", {"records": records[ALONE:]}, key=client.api_key)
    alone = [client.predict(record, key=client.api_key).json() for record in records[:ALONE]]
    return [*together.json()["predictions"], *alone]


def shares(client: ShopClient) -> tuple[float, float]:
    found = client.get("/model/info", key=client.api_key).json()["assignment"]
    return found["control_share"], found["explore_share"]


def logged(client: ShopClient) -> list[DecisionRecord]:
    pages = client.s3.get_paginator("list_objects_v2").paginate(
        Bucket=client.outputs.data_bucket, Prefix=contract.DECISIONS_PREFIX
    )
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return [record for key in keys for record in read_file(client.fetch(key) or b"")]


def test_every_decision_of_the_api_is_logged_exactly_once(client: ShopClient, answers: list[dict[str, Any]]) -> None:
    wanted = {answer["decision_id"]: answer for answer in answers}
    assert len(wanted) == SHOPPERS
    assert Counter(answer["policy_group"] for answer in answers).keys() == {"control", "explore", "exploit"}

    found = eventually(lambda: complete(client, set(wanted)), SEEN_WITHIN_SECONDS)

    assert len(found) == len(wanted)
    for record in found:
        answer = wanted[record.decision_id]
        assert (record.offer, record.group) == (answer["recommended_intervention"], answer["policy_group"])
        assert record.model == answer["model_version"]
        assert record.p == pytest.approx(answer["abandonment_risk"], abs=1e-6)
        assert record.shopper != str(answer["user_id"])


def complete(client: ShopClient, wanted: set[str]) -> list[DecisionRecord] | None:
    """Return the records of the wanted decisions, repeats dropped, once all are there."""
    found = [record for record in without_repeats(logged(client)) if record.decision_id in wanted]
    return found if {record.decision_id for record in found} == wanted else None
