"""Start the workflow for files in ``incoming/`` that have no result: EventBridge may never have heard of them.

After a bucket's first deployment EventBridge needs about five minutes, and what is dropped before is not told later.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from cdk.ops.outputs import StackOutputs
from lambda_fn import contract

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

ABSENT: Final = ("404", "NoSuchKey")


@dataclass(frozen=True)
class Rescan:
    """What became of the files in ``incoming/``: their keys."""

    started: list[str]
    running: list[str]
    failed: list[str]  # failed/ says why; they are not started again
    scored: list[str]


def rescan(outputs: StackOutputs, s3: S3Client, workflow: SFNClient) -> Rescan:
    """Start an execution for each file that is neither scored, nor failed, nor being scored."""
    found = Rescan([], [], [], [])
    running = set(_running(outputs.state_machine_arn, workflow))
    for key, dropped_at in _dropped(outputs.data_bucket, s3):
        stem = contract.split_ending(key)[0].removeprefix(contract.INCOMING_PREFIX)
        if _written_since(s3, outputs.data_bucket, f"{contract.REPORTS_PREFIX}{stem}.json", dropped_at):
            found.scored.append(key)
        elif _written_since(s3, outputs.data_bucket, f"{contract.FAILED_PREFIX}{stem}.json", dropped_at):
            found.failed.append(key)
        elif key in running:
            found.running.append(key)
        else:
            workflow.start_execution(
                stateMachineArn=outputs.state_machine_arn,
                name=f"rescan-{uuid.uuid4()}",
                input=json.dumps(event(outputs.data_bucket, key)),
            )
            found.started.append(key)
    return found


def event(bucket: str, key: str) -> dict[str, Any]:
    """Return what the workflow reads of the event that EventBridge would have sent."""
    return {
        "source": "rescan",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": bucket}, "object": {"key": key}},
    }


def _dropped(bucket: str, s3: S3Client) -> Iterator[tuple[str, dt.datetime]]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=contract.INCOMING_PREFIX)
    for page in pages:
        for item in page.get("Contents", []):
            if item["Key"].endswith(contract.INCOMING_SUFFIXES):
                yield item["Key"], item["LastModified"]


def _running(machine: str, workflow: SFNClient) -> Iterator[str]:
    pages = workflow.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    for page in pages:
        for execution in page["executions"]:
            details = workflow.describe_execution(executionArn=execution["executionArn"])
            yield json.loads(details["input"])["detail"]["object"]["key"]


def _written_since(s3: S3Client, bucket: str, key: str, since: dt.datetime) -> bool:
    try:
        return s3.head_object(Bucket=bucket, Key=key)["LastModified"] >= since
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in ABSENT:
            return False
        raise
