"""Run a recorded payload against its handler, in this process and on this checkout's code.

The models are those of the stack that `make local` keeps up; batch payloads get a bucket of their own.
"""

from __future__ import annotations

import importlib
import json
import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from cdk.local import deploy, ministack
from cdk.local.rehearsal import prepare
from cdk.local.up import UpRecord
from cdk.ops.aws import LOCAL_ACCOUNT, LOCAL_REGION
from cdk.ops.outputs import StackOutputs
from lambda_fn import contract

# What tells most payloads apart: the first handler whose keys are all there. The order matters.
HANDLERS = (
    ({"httpMethod", "path"}, contract.HANDLER_API),
    ({"bucket", "key", "error"}, contract.HANDLER_FAIL),
    ({"bucket", "key"}, contract.HANDLER_PLAN),
    ({"bucket", "job_key", "chunk"}, contract.HANDLER_SCORE_CHUNK),
    ({"bucket", "job_key"}, contract.HANDLER_FINALIZE),
)
# These take the same keys as a task above; the name of their file tells them.
HANDLERS_BY_FILE = {
    "batch_measure_chunk": contract.HANDLER_MEASURE_CHUNK,
    "batch_settle": contract.HANDLER_SETTLE,
}


class InvokeError(Exception):
    """The payload cannot be run; the message says what to do."""


@dataclass(frozen=True)
class LocalLambdaContext:
    """What a handler may ask of its Lambda context."""

    function_name: str
    memory_limit_in_mb: int = 1024
    aws_request_id: str = str(uuid.UUID(int=0))
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        """An ARN that names the function."""
        return f"arn:aws:lambda:{LOCAL_REGION}:{LOCAL_ACCOUNT}:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Return a minute: nothing ends a handler here."""
        return 60_000


def invoke(event: Path, record: UpRecord) -> Any:
    """Run the payload in ``event`` on the stack that is up and return the handler's answer. Raises InvokeError."""
    try:
        recorded = json.loads(event.read_text())
    except ValueError as error:
        raise InvokeError(f"{event} is not JSON: {error}") from error
    payload = for_first_task(recorded)
    handler = handler_of(payload, event.stem)
    variables = handler_environment(record.endpoint, record.stack_outputs)
    os.environ.clear()  # a profile or an endpoint of the shell would beat what the functions get
    os.environ.update(variables)
    s3 = boto3.client("s3", endpoint_url=record.endpoint)
    return _call(handler, prepare(handler, payload, Path(record.sample), s3, _call))


def _call(handler_name: str, payload: dict[str, Any]) -> Any:
    module, _, function = handler_name.rpartition(".")
    handler: Callable[[Any, Any], Any] = getattr(importlib.import_module(module), function)
    return handler(payload, LocalLambdaContext(module.rpartition(".")[2]))


def handler_of(payload: Mapping[str, Any], file_stem: str = "") -> str:
    """Name the handler that a payload is for, by its keys and the name of its file. Raises InvokeError."""
    if file_stem in HANDLERS_BY_FILE:
        return HANDLERS_BY_FILE[file_stem]
    for keys, handler in HANDLERS:
        if keys <= payload.keys():
            return handler
    raise InvokeError(f"no handler takes a payload with the keys {', '.join(sorted(payload))}")


def for_first_task(payload: dict[str, Any]) -> dict[str, Any]:
    """Return what the workflow hands to its first task when this is the event that starts it; else the payload."""
    if payload.get("detail-type") != "Object Created":
        return payload
    detail = payload["detail"]
    return {"bucket": detail["bucket"]["name"], "key": detail["object"]["key"], "execution": payload["id"]}


def handler_environment(endpoint: str, outputs: StackOutputs) -> dict[str, str]:
    """Give the variables that the deployed functions get, for the local AWS at ``endpoint``."""
    service = contract.service_name(deploy.ENVIRONMENT)
    return ministack.aws_environment(endpoint) | {
        contract.ENV_ENVIRONMENT: deploy.ENVIRONMENT,
        contract.ENV_REGISTRY_BUCKET: outputs.registry_bucket,
        contract.ENV_DATA_BUCKET: outputs.data_bucket,
        contract.ENV_SERVICE: service,
        contract.ENV_METRIC_NAMESPACE: contract.METRIC_NAMESPACE,
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
