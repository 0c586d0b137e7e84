"""The batch workflow: plan, score the chunks in parallel, finalize. An error is written down before it fails.

With a budget for the whole file, the chunks are measured first, and what the budget pays for is settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from cdk.constructs.functions import ScoringFunction
from lambda_fn import contract

# `States.TaskFailed` stands beside the names: it covers what is not listed, and the local AWS knows no other.
TRANSIENT_ERRORS: Final = (
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Sandbox.Timedout",
    "States.Timeout",
    "States.TaskFailed",
)
CHUNKS: Final = "Chunks"  # a map's label is part of the names of its executions
MEASURED: Final = "MeasuredChunks"
MAX_ATTEMPTS: Final = 4
FIRST_WAIT_SECONDS: Final = 2
LONGEST_WAIT_SECONDS: Final = 60
THROTTLED: Final = "Lambda.TooManyRequestsException"  # nothing is wrong, only busy: wait until it is this one's turn
THROTTLED_ATTEMPTS: Final = 120  # half a minute apart on average: an hour

# A map collects what its children return before it drops it, and fails where that is more than a state may hold
# (States.DataLimitExceeded). At 3 bytes a child, `{}` and a comma, that is beyond 87,381 chunks; no file has more than
# contract.MOST_CHUNKS. Children that returned their input would reach it at about 1,100 chunks, 73 GB.
LARGEST_STATE_BYTES: Final = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Workers:
    """The functions that the workflow calls."""

    plan: ScoringFunction
    measure_chunk: ScoringFunction
    settle: ScoringFunction
    score_chunk: ScoringFunction
    finalize: ScoringFunction
    fail: ScoringFunction


class _ChunkList(sfn.S3JsonItemReader):
    """The list that ``plan`` wrote to S3. The base class would let the workflow read the whole bucket."""

    def __init__(self, data: s3.IBucket) -> None:
        super().__init__(bucket=data, key=sfn.JsonPath.string_at("$.plan.chunks_key"))
        self._data = data

    def provide_policy_statements(self) -> list[iam.PolicyStatement]:
        """Allow reading what jobs keep below ``work/``."""
        resources = [self._data.arn_for_objects(f"{contract.WORK_PREFIX}*")]
        return [iam.PolicyStatement(actions=["s3:GetObject"], resources=resources)]


def build_definition(scope: Construct, workers: Workers, data: s3.IBucket, chunk_concurrency: int) -> sfn.IChainable:
    """Return the states. Their input is the "Object Created" event of the dropped file."""
    plan = _task(
        scope,
        "Plan",
        workers.plan,
        {
            "bucket": sfn.JsonPath.string_at("$.detail.bucket.name"),
            "key": sfn.JsonPath.string_at("$.detail.object.key"),
            "execution": sfn.JsonPath.execution_name,
        },
        result_selector={
            "bucket.$": "$.Payload.bucket",
            "job_key.$": "$.Payload.job_key",
            "chunks_key.$": "$.Payload.chunks_key",
            "budget.$": "$.Payload.budget",
            "refusal.$": "$.Payload.refusal",
        },
        result_path="$.plan",
    )
    job = {
        "bucket": sfn.JsonPath.string_at("$.plan.bucket"),
        "job_key": sfn.JsonPath.string_at("$.plan.job_key"),
    }
    item = {**job, "chunk": sfn.JsonPath.object_at("$$.Map.Item.Value")}
    measure_chunk = _chunk_task(scope, "MeasureChunk", workers.measure_chunk)
    measured = _map_chunks(scope, MEASURED, measure_chunk, data, chunk_concurrency, item)
    settle = _task(scope, "Settle", workers.settle, job, result_path=sfn.JsonPath.DISCARD)
    score_chunk = _chunk_task(scope, "ScoreChunk", workers.score_chunk)
    chunks = _map_chunks(scope, CHUNKS, score_chunk, data, chunk_concurrency, item)
    finalize = _task(scope, "Finalize", workers.finalize, job, output_path="$.Payload")
    failure = _write_failure_down(scope, workers.fail)
    for state in (plan, measured, settle, chunks, finalize):
        state.add_catch(failure, errors=["States.ALL"], result_path="$.error")
    refused = sfn.Pass(
        scope,
        "Refused",
        parameters={"Error": contract.ERROR_UNUSABLE_FILE, "Cause": sfn.JsonPath.string_at("$.plan.refusal")},
        result_path="$.error",
    )
    planned = sfn.Choice(scope, "Planned")
    planned.when(sfn.Condition.is_string("$.plan.refusal"), refused.next(failure))
    planned.when(sfn.Condition.is_numeric("$.plan.budget"), measured.next(settle).next(chunks))
    planned.otherwise(chunks)
    chunks.next(finalize)
    return plan.next(planned)


def _map_chunks(
    scope: Construct,
    label: str,
    task: tasks.LambdaInvoke,
    data: s3.IBucket,
    chunk_concurrency: int,
    item: dict[str, Any],
) -> sfn.DistributedMap:
    """Run a task for each item of the chunk list in S3."""
    chunks = sfn.DistributedMap(
        scope,
        label,
        label=label,
        item_reader=_ChunkList(data),
        item_selector=item,
        map_execution_type=sfn.StateMachineType.STANDARD,
        max_concurrency=chunk_concurrency,
        tolerated_failure_count=0,
        result_path=sfn.JsonPath.DISCARD,
    )
    return chunks.item_processor(task)


def _chunk_task(scope: Construct, state_name: str, function: ScoringFunction) -> tasks.LambdaInvoke:
    """Call a function for one chunk. It writes to S3, so what it returns is dropped."""
    return _task(scope, state_name, function, None, result_path=sfn.JsonPath.DISCARD, output_path=sfn.JsonPath.DISCARD)


def _write_failure_down(scope: Construct, fail: ScoringFunction) -> sfn.IChainable:
    failed = sfn.Fail(
        scope,
        "Failed",
        error_path=sfn.JsonPath.string_at("$.error.Error"),
        cause_path=sfn.JsonPath.string_at("$.error.Cause"),
    )
    task = _task(
        scope,
        "WriteFailureDown",
        fail,
        {
            "bucket": sfn.JsonPath.string_at("$.detail.bucket.name"),
            "key": sfn.JsonPath.string_at("$.detail.object.key"),
            "execution": sfn.JsonPath.execution_name,
            "error": sfn.JsonPath.object_at("$.error"),
        },
        result_path=sfn.JsonPath.DISCARD,
    )
    task.add_catch(failed, errors=["States.ALL"], result_path=sfn.JsonPath.DISCARD)
    return task.next(failed)


def _task(
    scope: Construct,
    state_name: str,
    function: ScoringFunction,
    payload: dict[str, Any] | None,
    *,
    result_path: str | None = None,
    result_selector: dict[str, str] | None = None,
    output_path: str | None = None,
) -> tasks.LambdaInvoke:
    """Call a function; repeat what may pass. Without ``payload`` the function gets the state's input."""
    task = tasks.LambdaInvoke(
        scope,
        state_name,
        lambda_function=function.alias,
        payload=sfn.TaskInput.from_object(payload) if payload else None,
        result_selector=result_selector,
        result_path=result_path,
        output_path=output_path,
        retry_on_service_exceptions=False,  # they are in the list below
        task_timeout=sfn.Timeout.duration(Duration.seconds(function.shape.timeout_seconds + 30)),
    )
    # First match wins: a file that cannot be scored is not tried again.
    task.add_retry(errors=[contract.ERROR_UNUSABLE_FILE], max_attempts=0)
    for errors, attempts in (([THROTTLED], THROTTLED_ATTEMPTS), (TRANSIENT_ERRORS, MAX_ATTEMPTS)):
        task.add_retry(
            errors=list(errors),
            interval=Duration.seconds(FIRST_WAIT_SECONDS),
            backoff_rate=2,
            max_attempts=attempts,
            max_delay=Duration.seconds(LONGEST_WAIT_SECONDS),
            jitter_strategy=sfn.JitterType.FULL,
        )
    return task
