"""A shop's client, with stand-ins for the services of AWS that it calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cdk.ops.aws import Aws
from cdk.ops.client import JobError, JobResult, ShopClient
from cdk.ops.outputs import StackOutputs
from tests.unit.cdk.fake_s3 import FakeS3
from tests.unit.cdk.stack_outputs import OUTPUTS


class FakeWorkflow:
    """Step Functions with the failed executions given."""

    def __init__(self) -> None:
        self.failed: dict[str, dict[str, Any]] = {}

    def list_executions(self, **_: Any) -> dict[str, Any]:
        later = datetime.now(UTC) + timedelta(minutes=1)
        return {"executions": [{"executionArn": arn, "startDate": later} for arn in self.failed]}

    def describe_execution(self, executionArn: str) -> dict[str, Any]:  # noqa: N803
        return self.failed[executionArn]


class FakeGateway:
    """API Gateway with one key."""

    def get_api_key(self, apiKey: str, includeValue: bool) -> dict[str, Any]:  # noqa: N803
        assert (apiKey, includeValue) == (OUTPUTS["ApiKeyId"], True)
        return {"value": "secret-key"}


@pytest.fixture
def workflow() -> FakeWorkflow:
    return FakeWorkflow()


@pytest.fixture
def shop(workflow: FakeWorkflow, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopClient]:
    services = {"s3": FakeS3(), "stepfunctions": workflow, "apigateway": FakeGateway()}
    monkeypatch.setattr(Aws, "client", lambda _, service: services[service])
    with closing(ShopClient(StackOutputs.model_validate(OUTPUTS), None)) as client:
        yield client


def put(shop: ShopClient, key: str, body: str) -> None:
    shop.s3.put_object(Bucket=shop.outputs.data_bucket, Key=key, Body=body.encode())


def test_the_key_is_looked_up(shop: ShopClient) -> None:
    assert shop.api_key == "secret-key"  # pragma: allowlist secret


def test_a_dropped_file_carries_its_metadata_as_text(shop: ShopClient) -> None:
    shop.drop("a.csv", b"x\n1\n", budget=20.0)

    stored = shop.s3.get_object(Bucket=shop.outputs.data_bucket, Key="incoming/a.csv")
    assert (stored["Body"].read(), stored["Metadata"]) == (b"x\n1\n", {"budget": "20.0"})


def test_the_results_of_a_file_are_its_report_and_the_rows_of_both_files(shop: ShopClient) -> None:
    shop.drop("a.csv.gz", b"")
    put(shop, "reports/a.json", '{"rows": 2}')
    put(shop, "scored/a.csv", "user_id,risk\nu1,0.5\n")

    assert shop.collect("a.csv.gz") == JobResult({"rows": 2}, [{"user_id": "u1", "risk": "0.5"}], [])


def test_a_refused_file_is_an_error_that_says_why(shop: ShopClient) -> None:
    shop.drop("a.csv", b"")
    put(shop, "failed/a.json", '{"message": "it is empty"}')

    with pytest.raises(JobError, match=r"the workflow refused a\.csv: .*it is empty"):
        shop.collect("a.csv")
    assert shop.failure("a.csv") == {"message": "it is empty"}


def test_an_execution_that_failed_without_a_note_is_an_error(shop: ShopClient, workflow: FakeWorkflow) -> None:
    shop.drop("a.csv", b"")
    event = json.dumps({"detail": {"object": {"key": "incoming/a.csv"}}})
    workflow.failed["arn-1"] = {"input": event, "error": "States.Timeout", "cause": "too long"}

    with pytest.raises(JobError, match=r"failed on a\.csv and could not say so in failed/: States\.Timeout: too long"):
        shop.collect("a.csv")
    with pytest.raises(JobError, match="could not say so"):  # there is no file to read
        shop.failure("a.csv")


def test_a_file_that_was_scored_has_no_failure(shop: ShopClient) -> None:
    shop.drop("a.csv", b"")
    put(shop, "reports/a.json", "{}")

    with pytest.raises(JobError, match=r"a\.csv was scored"):
        shop.failure("a.csv")


def test_a_file_without_results_is_waited_for_until_the_time_is_over(shop: ShopClient) -> None:
    shop.drop("a.csv", b"")

    with pytest.raises(JobError, match=r"a\.csv had neither a report nor a failure after 0 s"):
        shop.collect("a.csv", timeout_seconds=0)


def test_what_was_written_before_is_passed_over(shop: ShopClient) -> None:
    put(shop, "reports/a.json", "{}")

    assert shop.fetch("reports/a.json") == b"{}"
    assert shop.fetch("reports/a.json", datetime.now(UTC) + timedelta(minutes=1)) is None
    assert shop.fetch("reports/other.json") is None
