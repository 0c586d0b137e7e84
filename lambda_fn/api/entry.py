"""The entry points of a process that serves the API: ``handler`` for Lambda, ``application`` for an ASGI server."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config
from fastapi import FastAPI
from mangum import Mangum
from mangum.handlers import APIGateway

from lambda_fn import contract, telemetry
from lambda_fn.api.after_answer import ENV_RUNTIME_API, AfterAnswer
from lambda_fn.api.app import create_app
from lambda_fn.api.decision_stream import DecisionStream
from lambda_fn.api.metrics import write_failure, write_model_age
from lambda_fn.api.model_server import ModelServer
from lambda_fn.api.outcome_store import OutcomeStore
from lambda_fn.registry import Registry
from lambda_fn.scoring.errors import ModelUnavailable
from lambda_fn.settings import settings

_SNAP_START: Final = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"
_TEXT_TYPES = ["text/", "application/json", contract.PROBLEM_MEDIA_TYPE]  # everything else travels as base64
# Where S3 hangs, a refresh must end before the function does, so that the last good model can answer.
_QUICK_TO_FAIL = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})


@cache
def application() -> FastAPI:
    """Return the process's application, serving the registry that the settings name."""
    config = settings()
    registry = Registry(config.registry_bucket, _s3())
    server = ModelServer(registry, config.routing_ttl_seconds, write_failure, write_model_age)
    store = OutcomeStore(_s3(), config.data_bucket) if config.data_bucket else None
    return create_app(server, config, stream(), store)


@cache
def stream() -> DecisionStream | None:
    """Return what takes decisions for the log; None where the settings name no stream."""
    name = settings().decision_stream
    if not name:
        return None
    client = _firehose()
    return DecisionStream(lambda data: client.put_record(DeliveryStreamName=name, Record={"Data": data}))


@cache
def _firehose() -> Any:
    return boto3.client("firehose", config=_QUICK_TO_FAIL)


@cache
def _s3() -> Any:
    return boto3.client("s3", config=_QUICK_TO_FAIL)


@cache
def _lambda_handler() -> Any:
    telemetry.logger()  # first: it quiets the libraries that would log paths
    decisions = stream()
    # A snapshot would hold the thread's open request. Until that is proven in AWS, the work comes before the answer.
    after = AfterAnswer(decisions.flush, "" if _SNAP_START else None) if decisions else None
    if decisions is not None:
        decisions.deferred = True
    # The first handler that knows an event answers it; those of services that never call here are not asked first.
    serve = Mangum(application(), lifespan="off", text_mime_types=_TEXT_TYPES, custom_handlers=[APIGateway])

    @telemetry.logger().inject_lambda_context
    def answer(event: dict[str, Any], context: Any) -> Any:
        telemetry.logger().set_correlation_id(event.get("requestContext", {}).get("requestId"))
        try:
            return serve(event, context)
        finally:
            if after is not None:
                after.answered()

    return answer


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API Gateway event."""
    answer: dict[str, Any] = _lambda_handler()(event, context)
    return answer


def prepare_snapshot() -> None:
    """Load everything that a SnapStart snapshot should hold, and have the rest made again after each restore.

    A snapshot can be restored weeks later, by many environments: the routing is read again before the first answer.
    S3 closes a connection in a snapshot without the function's knowledge: the first request would wait 3 s for it.
    So the connections to S3 are closed before. The client opens a new one when it needs one.
    """
    from snapshot_restore_py import register_after_restore  # part of AWS's Python runtime

    _lambda_handler()
    server: ModelServer = application().state.server
    with suppress(ModelUnavailable):
        server.current()
    _s3().close()
    register_after_restore(server.expire)


if _SNAP_START:
    prepare_snapshot()
elif os.environ.get(ENV_RUNTIME_API) and settings().decision_stream:
    _lambda_handler()  # Lambda takes extensions only while a function starts
