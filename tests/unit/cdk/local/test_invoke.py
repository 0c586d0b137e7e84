from __future__ import annotations

import json
from typing import Any

import pytest

from cdk.local.invoke import InvokeError, for_first_task, handler_of
from cdk.local.paths import ROOT
from lambda_fn import contract


@pytest.mark.parametrize(
    ("payload", "handler"),
    [
        ({"httpMethod": "GET", "path": "/api/v1/health", "headers": {}}, contract.HANDLER_API),
        ({"bucket": "b", "key": "incoming/a.csv", "execution": "e"}, contract.HANDLER_PLAN),
        ({"bucket": "b", "job_key": "work/a/job.json", "chunk": {}}, contract.HANDLER_SCORE_CHUNK),
        ({"bucket": "b", "job_key": "work/a/job.json"}, contract.HANDLER_FINALIZE),
        ({"bucket": "b", "key": "incoming/a.csv", "execution": "e", "error": {}}, contract.HANDLER_FAIL),
    ],
)
def test_a_payload_finds_its_handler(payload: dict[str, Any], handler: str) -> None:
    assert handler_of(payload) == handler


@pytest.mark.parametrize(
    ("file", "handler"),
    [("batch_measure_chunk", contract.HANDLER_MEASURE_CHUNK), ("batch_settle", contract.HANDLER_SETTLE)],
)
def test_tasks_that_take_the_same_keys_are_told_by_the_name_of_the_file(file: str, handler: str) -> None:
    payload = json.loads((ROOT / "events" / f"{file}.json").read_text(encoding="utf-8"))
    assert handler_of(payload, file) == handler
    assert handler_of(payload) != handler


def test_a_payload_that_no_handler_takes_is_refused() -> None:
    with pytest.raises(InvokeError, match="no handler takes a payload with the keys surprise"):
        handler_of({"surprise": 1})


def test_the_event_of_a_dropped_file_is_planned() -> None:
    event = json.loads((ROOT / "events" / "s3_object_created.json").read_text(encoding="utf-8"))
    assert for_first_task(event) == {"bucket": "data", "key": "incoming/drop.csv", "execution": event["id"]}
    assert for_first_task({"path": "/"}) == {"path": "/"}
