"""Dropped files on the local AWS: the real rule, workflow, map and functions.

What the local AWS does not do (retries of the rule, its dead-letter queue, timeouts) is asserted from the template.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cdk.local import shoppers
from cdk.local.model import COUNTRY
from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient
from lambda_fn import contract
from lambda_fn.registry import Registry
from tests.csv_files import without_decision_ids
from tests.e2e.support import aws_client, eventually

ROWS = 400
JOB_SECONDS = 120.0


@pytest.fixture(scope="module")
def file(stack: DeployedStack) -> bytes:
    return shoppers.as_csv(shoppers.first_rows(stack.shoppers, ROWS, COUNTRY))


@pytest.fixture(scope="module")
def workflow(stack: DeployedStack) -> Any:
    return aws_client(stack.local_aws, "stepfunctions")


def drop(client: ShopClient, name: str, body: bytes, **metadata: str) -> None:
    key = contract.INCOMING_PREFIX + name
    client.s3.put_object(Bucket=client.outputs.data_bucket, Key=key, Body=body, Metadata=metadata)


def rows_of(client: ShopClient, key: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((client.fetch(key) or b"").decode(), newline="")))


def test_a_budget_is_measured_settled_and_kept(client: ShopClient, file: bytes) -> None:
    drop(client, "unlimited.csv", file)
    unlimited = client.collect("unlimited.csv").report
    drop(client, "limited.csv", file, budget="100")
    limited = client.collect("limited.csv").report

    assert unlimited["budget"] is None
    assert limited["budget"]["limit"] == 100
    assert 80 <= limited["budget"]["expected_spend"] <= 100
    assert 0 < limited["expected_margin"] < unlimited["expected_margin"]


def test_a_packed_file_with_an_odd_name_is_scored_as_its_text(client: ShopClient, file: bytes) -> None:
    drop(client, "plain.csv", file)
    drop(client, "käufer 50%+/november.csv.gz", gzip.compress(file))
    client.collect("plain.csv")
    client.collect("käufer 50%+/november.csv.gz")

    packed, plain = (client.fetch(f"scored/{name}.csv") or b"" for name in ("käufer 50%+/november", "plain"))
    assert plain
    assert without_decision_ids(packed) == without_decision_ids(plain)


def test_the_same_event_once_more_gives_the_same_bytes(client: ShopClient, workflow: Any, file: bytes) -> None:
    drop(client, "twice.csv", file)
    first = client.collect("twice.csv").report
    before = client.fetch("scored/twice.csv"), client.fetch("rejected/twice.csv")
    event = {"detail": {"bucket": {"name": client.outputs.data_bucket}, "object": {"key": "incoming/twice.csv"}}}

    workflow.start_execution(stateMachineArn=client.outputs.state_machine_arn, input=json.dumps(event))

    def again() -> dict[str, Any] | None:
        report: dict[str, Any] = json.loads(client.fetch("reports/twice.json") or b"{}")
        return report if report["execution"] != first["execution"] else None

    second = eventually(again, JOB_SECONDS)
    assert (client.fetch("scored/twice.csv"), client.fetch("rejected/twice.csv")) == before
    assert {**second, "execution": 0, "durations_seconds": 0} == {**first, "execution": 0, "durations_seconds": 0}


@pytest.fixture
def missing_champion(client: ShopClient) -> Iterator[Registry]:
    """The routing, gone for a while."""
    bucket = client.outputs.registry_bucket
    routing = client.s3.get_object(Bucket=bucket, Key=contract.ROUTING_KEY)["Body"].read()
    client.s3.delete_object(Bucket=bucket, Key=contract.ROUTING_KEY)
    yield Registry(bucket, client.s3)
    client.s3.put_object(Bucket=bucket, Key=contract.ROUTING_KEY, Body=routing)


def test_a_job_that_fails_leaves_the_file_and_a_note_and_succeeds_after_the_cure(
    client: ShopClient, stack: DeployedStack, workflow: Any, file: bytes, missing_champion: Registry
) -> None:
    # Given no champion, a dropped file fails, after retries
    drop(client, "cured.csv", file)
    note = client.failure("cured.csv")
    assert note["error"] == "NothingPromoted"
    assert "promote" in note["message"]
    assert client.fetch("incoming/cured.csv") == file

    def failed() -> set[str]:  # an execution ends as failed after its note is written
        found = workflow.list_executions(stateMachineArn=client.outputs.state_machine_arn, statusFilter="FAILED")
        return {execution["name"] for execution in found["executions"]}

    assert eventually(lambda: note["execution"] in failed(), JOB_SECONDS)

    # When a model is promoted and the file dropped again
    missing_champion.promote(stack.model.version)
    drop(client, "cured.csv", file)

    # Then it is scored, and the note is gone
    report = eventually(lambda: client.fetch("reports/cured.json"), JOB_SECONDS)
    assert json.loads(report)["scored"] == ROWS
    assert eventually(lambda: client.fetch("failed/cured.json") is None, JOB_SECONDS)
    assert len(rows_of(client, "scored/cured.csv")) == ROWS


@pytest.mark.slow
def test_a_file_of_two_chunks_is_mapped_and_joined(client: ShopClient, file: bytes) -> None:
    header, _, rows = file.partition(b"\n")
    copies = contract.CHUNK_BYTES // len(rows) + 20
    drop(client, "large.csv", b"\n".join((header, rows * copies)))

    report = eventually(lambda: client.fetch("reports/large.json"), JOB_SECONDS)

    content = json.loads(report)
    assert (content["chunks"], content["rows"], content["scored"]) == (2, ROWS * copies, ROWS * copies)
    scored = client.fetch("scored/large.csv") or b""
    first_line, _, rest = scored.partition(b"\n")
    drop(client, "small.csv", file)
    client.collect("small.csv")
    small = without_decision_ids(client.fetch("scored/small.csv") or b"").partition(b"\n")[2]
    assert without_decision_ids(rest) == small * copies
    for key in ("incoming/large.csv", "scored/large.csv"):
        client.s3.delete_object(Bucket=client.outputs.data_bucket, Key=key)
    assert first_line.startswith(b"user_id,")
