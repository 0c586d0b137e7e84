from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cdk.local import invoke
from cdk.local.invoke import InvokeError, for_first_task, handler_of
from cdk.local.paths import ROOT
from cdk.local.up import UpRecord
from cdk.ops.outputs import StackOutputs
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


def test_a_handler_gets_what_the_function_gets_and_nothing_of_the_shells_aws(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Given a shell with a stale profile, and a stack that is up
    monkeypatch.setattr(os, "environ", {"PATH": "/bin", "AWS_PROFILE": "gone", "AWS_ENDPOINT_URL_S3": "https://else"})
    seen: dict[str, str] = {}
    monkeypatch.setattr(invoke, "_call", lambda *_: seen.update(os.environ))
    monkeypatch.setattr("boto3.client", lambda *_, **__: None)
    outputs = {field.alias or name: "x" for name, field in StackOutputs.model_fields.items()}
    record = UpRecord("http://127.0.0.1:4566", 1, outputs, str(tmp_path / "none.csv"))
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"httpMethod": "GET", "path": "/api/v1/health"}))
    # When a payload is run
    invoke.invoke(event, record)
    # Then its handler asks the local AWS
    assert {name for name in seen if name.startswith("AWS_")} == {
        name for name in invoke.handler_environment(record.endpoint, record.stack_outputs) if name.startswith("AWS_")
    }
    assert "AWS_PROFILE" not in seen
    assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
