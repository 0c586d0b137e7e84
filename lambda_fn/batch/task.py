"""What every task of the workflow shares: its log context, its clients, and the note it leaves when it fails."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambda_fn.batch.errors import JobBroken
from lambda_fn.batch.job import Failure
from lambda_fn.batch.keys import WorkArea
from lambda_fn.batch.objects import DataBucket
from lambda_fn.registry import Registry
from lambda_fn.scoring.offers.assignment import Assigner, Assignment
from lambda_fn.scoring.service import Scorer
from lambda_fn.settings import settings
from lambda_fn.telemetry import logger, tracer

Payload = dict[str, Any]
Handler = Callable[[Payload, Any], Payload]

CONNECTIONS: Final = 32  # to S3, of one function
_RETRIES: Final = Config(
    retries={"mode": "standard", "max_attempts": 8},
    max_pool_connections=CONNECTIONS,
    # A checksum for each uploaded part would have to be repeated for each copied one, of which S3 computes none.
    request_checksum_calculation="when_required",
)


def lambda_handler(task: Callable[[Payload], Payload]) -> Handler:
    """Return a task as a Lambda handler: traced, with the execution as the correlation id of its log and metrics."""

    @functools.wraps(task)
    def handle(event: Payload, context: Any) -> Payload:
        execution = event.get("execution") or WorkArea.holding(event["job_key"]).execution
        logger().set_correlation_id(execution)
        return _instrumented(task)(event, context)

    return handle


@cache
def _instrumented(task: Callable[[Payload], Payload]) -> Handler:
    logged = logger().inject_lambda_context(lambda event, _context: task(event))
    # Neither answers nor errors go into traces: they may quote a row.
    traced: Handler = tracer().capture_lambda_handler(logged, capture_response=False, capture_error=False)
    return traced


@contextmanager
def failure_noted(bucket: DataBucket, key: str) -> Iterator[None]:
    """Write an error down for ``fail`` before it reaches Step Functions, which may not pass its class on."""
    try:
        yield
    except Exception as error:
        failure = Failure(error=type(error).__name__, message=str(error))
        with suppress(ClientError, BotoCoreError):  # the error itself matters more
            bucket.write(key, failure.model_dump_json().encode())
        raise


def data_bucket(event: Payload) -> DataBucket:
    """Return the bucket that an event names."""
    return DataBucket(event["bucket"], s3_client())


def registry() -> Registry:
    """Return the registry that the settings name."""
    return Registry(settings().registry_bucket, s3_client())


def assigner(pinned: Assignment) -> Assigner | None:
    """Return what draws the groups of a job; None where there are none. Raise JobBroken where its key is gone."""
    if not (pinned.control_share or pinned.explore_share):
        return None
    found = registry().routing()[0].assigner()
    if found is None or found.assignment.key_id != pinned.key_id:
        raise JobBroken(
            f"the groups of this file were drawn with the key {pinned.key_id}, which the routing no longer has: "
            "restore the routing in S3, or drop the file again as a new version"
        )
    return found.sharing(pinned)


def scorer(version: str) -> Scorer:
    """Return a model's scorer. Versions are immutable, so a warm worker keeps it."""
    return _scorer(settings().registry_bucket, version)


@lru_cache(maxsize=2)
def _scorer(registry_bucket: str, version: str) -> Scorer:
    artefact = Registry(registry_bucket, s3_client()).load(version)
    return Scorer(artefact.manifest, artefact.onnx)


@cache
def s3_client() -> Any:
    """Return the process's S3 client."""
    return boto3.client("s3", config=_RETRIES)
