"""The handlers of the batch workflow's four Lambda functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from typing import Any

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambda_fn import names
from lambda_fn.batch import working
from lambda_fn.batch.errors import UnusableFile
from lambda_fn.batch.failure import write_failure
from lambda_fn.batch.finishing import Finisher
from lambda_fn.batch.job import Chunk, Failure, Job, WorkArea
from lambda_fn.batch.objects import DataBucket
from lambda_fn.batch.planning import Planner
from lambda_fn.batch.publishing import Superseded
from lambda_fn.batch.report import Report
from lambda_fn.registry import Registry
from lambda_fn.scoring.service import Scorer
from lambda_fn.settings import settings
from lambda_fn.telemetry import count, emit, logger, traced, tracer

Answer = dict[str, Any]
_RETRIES = Config(retries={"mode": "standard", "max_attempts": 8}, max_pool_connections=16)


def plan(event: Answer, context: Any) -> Answer:
    """Plan the job of a dropped file: ``{"bucket", "key", "execution"}`` -> where the job and its chunks are.

    ``budget`` is null, or a number: then every chunk is to be measured, and the job settled, before it is scored.
    ``refusal`` is null, or says why the file cannot be scored: then all else is null. That is the file's fault, so it
    is an answer and no error of this function.
    """
    return _run(_plan, event, context)


def score_chunk(event: Answer, context: Any) -> Answer:
    """Score a chunk: ``{"bucket", "job_key", "chunk"}`` -> what it read and wrote.

    With ``"measure": true``, only measure what the offers to its shoppers cost.
    """
    return _run(_score_chunk, event, context)


def finalize(event: Answer, context: Any) -> Answer:
    """Publish a job's results: ``{"bucket", "job_key"}`` -> the report's summary.

    With ``"settle": true``, only settle what the budget pays for, once all chunks are measured.
    """
    return _run(_finalize, event, context)


def fail(event: Answer, context: Any) -> Answer:
    """Write down why a job failed: ``{"bucket", "key", "execution", "error"}`` -> the note."""
    return _run(_fail, event, context)


def _plan(event: Answer, _context: Any) -> Answer:
    bucket = _bucket(event)
    area = WorkArea.of(event["execution"])
    try:
        with _failure_noted(bucket, area.plan_error):
            job = Planner(bucket, _registry(), names.CHUNK_BYTES).plan(event["key"], event["execution"])
    except UnusableFile as refusal:
        return {"bucket": None, "job_key": None, "chunks_key": None, "budget": None, "refusal": str(refusal)}
    logger().info("planned", key=job.input.key, bytes=job.input.size_bytes, chunks=job.chunks)
    return {
        "bucket": event["bucket"],
        "job_key": area.job,
        "chunks_key": area.chunks,
        "budget": job.budget,
        "refusal": None,
    }


def _score_chunk(event: Answer, _context: Any) -> Answer:
    bucket = _bucket(event)
    job = bucket.load(event["job_key"], Job)
    chunk = Chunk.model_validate(event["chunk"])
    area = WorkArea.of(job.execution)
    error_key = area.spending_error if event.get("measure") else area.error
    with _failure_noted(bucket, error_key(chunk.index)):
        with traced("load the model"):
            scorer = _scorer(settings().registry_bucket, job.pins.model_version)
        if event.get("measure"):
            with traced("measure"):
                working.measure(bucket, job, chunk, scorer)
            return {"index": chunk.index}
        with traced("score"):
            report = working.score(bucket, job, chunk, scorer)
    summary = report.model_dump(include={"index", "scored", "rejected", "seconds"})
    logger().info("scored a chunk", key=job.input.key, **summary)
    return summary


def _finalize(event: Answer, _context: Any) -> Answer:
    bucket = _bucket(event)
    with _failure_noted(bucket, WorkArea.holding(event["job_key"]).finalize_error):
        job = bucket.load(event["job_key"], Job)
        if event.get("settle"):
            return working.settle(bucket, job).model_dump()
        finisher = Finisher(bucket, job)
        try:
            report = finisher.finish(_registry().manifest(job.pins.model_version))
        except Superseded:
            finisher.clear_up()
            logger().info("superseded by a later file of the same name", key=job.input.key)
            return {"key": job.input.key, "superseded": True}
    _emit_metrics(report)
    summary = report.model_dump(include={"rows", "scored", "rejected", "expected_margin", "model_version"})
    logger().info("finished", key=job.input.key, **summary)
    return {"key": job.input.key, "superseded": False, **summary}


def _fail(event: Answer, _context: Any) -> Answer:
    note = write_failure(_bucket(event), event["key"], event["execution"], event["error"])
    count(names.METRIC_JOBS_FAILED)
    logger().error("a file could not be scored", key=note.input, error=note.error)
    return note.model_dump()


@contextmanager
def _failure_noted(bucket: DataBucket, key: str) -> Iterator[None]:
    """Write an error down for ``fail`` before it reaches Step Functions, which may not pass its class on."""
    try:
        yield
    except Exception as error:
        failure = Failure(error=type(error).__name__, message=str(error))
        with suppress(ClientError, BotoCoreError):  # the error itself matters more
            bucket.write(key, failure.model_dump_json().encode())
        raise


def _emit_metrics(report: Report) -> None:
    emit(
        {
            names.METRIC_ROWS_SCORED: (MetricUnit.Count, report.scored),
            names.METRIC_ROWS_REJECTED: (MetricUnit.Count, report.rejected),
            names.METRIC_REJECTED_SHARE: (MetricUnit.Percent, report.rejected_percent),
            names.METRIC_EXPECTED_MARGIN: (MetricUnit.NoUnit, report.expected_margin),
        }
    )
    if report.largest_stability_index is not None:
        drift = {names.METRIC_DRIFT: (MetricUnit.NoUnit, report.largest_stability_index)}
        emit(drift, **{names.DIMENSION_MODEL_VERSION: report.model_version})


def _run(task: Callable[[Answer, Any], Answer], event: Answer, context: Any) -> Answer:
    """Run a task, traced; its log lines and metrics carry the execution as their correlation id."""
    execution = event.get("execution") or WorkArea.holding(event["job_key"]).execution
    logger().set_correlation_id(execution)
    return _with_context(task)(event, context)


@cache
def _with_context(task: Callable[[Answer, Any], Answer]) -> Callable[[Answer, Any], Answer]:
    logged = logger().inject_lambda_context(task)
    # Neither answers nor errors go into traces: they may quote a row.
    traced_too: Callable[[Answer, Any], Answer] = tracer().capture_lambda_handler(
        logged, capture_response=False, capture_error=False
    )
    return traced_too


def _bucket(event: Answer) -> DataBucket:
    return DataBucket(event["bucket"], _client())


def _registry() -> Registry:
    return Registry(settings().registry_bucket, _client())


@lru_cache(maxsize=2)
def _scorer(registry_bucket: str, version: str) -> Scorer:
    """Return a model's scorer. Versions are immutable, so a warm worker keeps it."""
    artefact = Registry(registry_bucket, _client()).load(version)
    return Scorer(artefact.manifest, artefact.onnx)


@cache
def _client() -> Any:
    return boto3.client("s3", config=_RETRIES)
