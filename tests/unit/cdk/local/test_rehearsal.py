"""Earlier tasks of the workflow run before a recorded payload does; S3 is in memory, the handlers are recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cdk.local.rehearsal import prepare
from lambda_fn import contract
from tests.unit.cdk.fake_s3 import FakeS3

CHUNKS = [{"index": 0}, {"index": 1}]
JOB_KEY = "work/e-1/job.json"


@pytest.fixture
def s3() -> FakeS3:
    return FakeS3()


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample.csv"
    path.write_bytes(b"user_id\nu1\n")
    return path


def rehearse(handler: str, payload: dict[str, Any], sample: Path, s3: FakeS3) -> tuple[dict[str, Any], list[str]]:
    """Return the payload to run, and the names of the tasks that ran before it."""
    ran: list[str] = []

    def call(task: str, task_payload: dict[str, Any]) -> dict[str, Any]:
        ran.append(task.split(".")[-2] + (f" {task_payload['chunk']['index']}" if "chunk" in task_payload else ""))
        if task == contract.HANDLER_PLAN:
            assert task_payload["execution"] == "e-1"
            s3.put_object(Bucket=task_payload["bucket"], Key="chunks.json", Body=json.dumps(CHUNKS).encode())
        return {"chunks_key": "chunks.json"}

    return prepare(handler, payload, sample, s3, call), ran  # type: ignore[arg-type]  # what it uses of S3


def test_a_request_to_the_api_is_run_as_it_is(sample: Path, s3: FakeS3) -> None:
    assert rehearse(contract.HANDLER_API, {"path": "/"}, sample, s3) == ({"path": "/"}, [])


def test_a_dropped_file_is_planned_in_a_bucket_of_its_own(sample: Path, s3: FakeS3) -> None:
    recorded = {"bucket": "data", "key": "incoming/drop.csv", "execution": "e-1"}

    payload, ran = rehearse(contract.HANDLER_PLAN, recorded, sample, s3)

    stored = s3.get_object(Bucket=payload["bucket"], Key="incoming/drop.csv")
    assert (stored["Body"].read(), stored["Metadata"]) == (b"user_id\nu1\n", {"budget": "500"})
    assert payload == {**recorded, "bucket": payload["bucket"]}
    assert payload["bucket"] != "data"
    assert ran == []


@pytest.mark.parametrize(
    ("handler", "before"),
    [
        (contract.HANDLER_MEASURE_CHUNK, []),
        (contract.HANDLER_SETTLE, ["measure_chunk 0", "measure_chunk 1"]),
        (contract.HANDLER_SCORE_CHUNK, ["measure_chunk 0", "measure_chunk 1", "settle"]),
        (
            contract.HANDLER_FINALIZE,
            ["measure_chunk 0", "measure_chunk 1", "settle", "score_chunk 0", "score_chunk 1"],
        ),
    ],
)
def test_a_later_task_finds_what_the_tasks_before_it_have_left(
    handler: str, before: list[str], sample: Path, s3: FakeS3
) -> None:
    _, ran = rehearse(handler, {"bucket": "data", "job_key": JOB_KEY}, sample, s3)

    assert ran == ["plan", *before]
