"""A stage for recorded batch payloads: a bucket of their own, where the tasks that come before them have run."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambda_fn import contract

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUDGET = "500"  # so that the tasks that only a budget needs have something to do
DROPPED_KEY = contract.INCOMING_PREFIX + "drop.csv"

Call = Callable[[str, dict[str, Any]], Any]


def prepare(handler: str, payload: Mapping[str, Any], sample: Path, s3: S3Client, call: Call) -> dict[str, Any]:
    """Return a batch payload that ``handler`` can run: in a new bucket, with a file to score and earlier tasks done.

    ``call`` runs a handler. Payloads that are not the batch's are returned as they are.
    """
    if "bucket" not in payload:
        return dict(payload)
    bucket = f"rehearsal-{uuid.uuid4()}"
    s3.create_bucket(Bucket=bucket)
    key = payload.get("key", DROPPED_KEY)
    s3.put_object(Bucket=bucket, Key=key, Body=sample.read_bytes(), Metadata={"budget": BUDGET})
    if "job_key" in payload:
        execution = payload["job_key"].removeprefix(contract.WORK_PREFIX).split("/")[0]
        planned = call(contract.HANDLER_PLAN, {"bucket": bucket, "key": key, "execution": execution})
        chunks = json.loads(s3.get_object(Bucket=bucket, Key=planned["chunks_key"])["Body"].read())
        for task, earlier in _tasks_before(handler, {"bucket": bucket, "job_key": payload["job_key"]}, chunks):
            call(task, earlier)
    return {**payload, "bucket": bucket}


def _tasks_before(
    handler: str, job: dict[str, Any], chunks: list[dict[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the tasks between ``plan`` and ``handler``, in the order of the workflow."""
    for task in (contract.HANDLER_MEASURE_CHUNK, contract.HANDLER_SETTLE, contract.HANDLER_SCORE_CHUNK):
        if task == handler:
            return
        if task == contract.HANDLER_SETTLE:
            yield task, job
        else:
            yield from ((task, {**job, "chunk": chunk}) for chunk in chunks)
