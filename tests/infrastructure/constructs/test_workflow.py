"""The state machine's definition. The local AWS ignores its timeouts, so the template is asked."""

from __future__ import annotations

import json
import math

import pytest

from cdk.constructs.workflow import LARGEST_STATE_BYTES, TRANSIENT_ERRORS
from lambda_fn import contract
from tests.infrastructure.synthesis import Synthesis, workflow

TASKS = ("Plan", "Settle", "Finalize", "WriteFailureDown")

MAPS = {"MeasuredChunks": "MeasureChunk", "Chunks": "ScoreChunk"}

BIG_FILE_BYTES = 100_000_000_000


def test_the_states_follow_each_other(each: Synthesis) -> None:
    definition = workflow(each)
    states = definition["States"]

    assert definition["StartAt"] == "Plan"
    assert {name: state.get("Next", state["Type"]) for name, state in states.items()} == {
        "Plan": "Planned",
        "Planned": "Choice",
        "Refused": "WriteFailureDown",
        "MeasuredChunks": "Settle",
        "Settle": "Chunks",
        "Chunks": "Finalize",
        "Finalize": "Task",
        "WriteFailureDown": "Failed",
        "Failed": "Fail",
    }


def test_a_refused_file_goes_no_further_and_only_with_a_budget_the_chunks_are_measured_first(each: Synthesis) -> None:
    assert workflow(each)["States"]["Planned"] == {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$.plan.refusal", "IsString": True, "Next": "Refused"},
            {"Variable": "$.plan.budget", "IsNumeric": True, "Next": "MeasuredChunks"},
        ],
        "Default": "Chunks",
    }


def test_a_refusal_is_written_down_like_an_error(each: Synthesis) -> None:
    assert workflow(each)["States"]["Refused"] == {
        "Type": "Pass",
        "Parameters": {"Error": contract.ERROR_UNUSABLE_FILE, "Cause.$": "$.plan.refusal"},
        "ResultPath": "$.error",
        "Next": "WriteFailureDown",
    }


def test_each_task_gets_the_payload_that_its_handler_reads(each: Synthesis) -> None:
    states = workflow(each)["States"]

    assert {name: states[name]["Parameters"]["Payload"] for name in TASKS} == {
        "Plan": {
            "bucket.$": "$.detail.bucket.name",
            "key.$": "$.detail.object.key",
            "execution.$": "$$.Execution.Name",
        },
        "Settle": {"bucket.$": "$.plan.bucket", "job_key.$": "$.plan.job_key"},
        "Finalize": {"bucket.$": "$.plan.bucket", "job_key.$": "$.plan.job_key"},
        "WriteFailureDown": {
            "bucket.$": "$.detail.bucket.name",
            "key.$": "$.detail.object.key",
            "execution.$": "$$.Execution.Name",
            "error.$": "$.error",
        },
    }


@pytest.mark.parametrize("name", MAPS)
def test_chunks_come_from_s3_and_are_worked_on_side_by_side_with_no_loss_tolerated(each: Synthesis, name: str) -> None:
    chunks = workflow(each)["States"][name]

    assert chunks["ItemReader"]["ReaderConfig"] == {"InputType": "JSON"}
    assert chunks["ItemReader"]["Parameters"] == {"Bucket": "<Data>", "Key.$": "$.plan.chunks_key"}
    assert chunks["ItemSelector"] == {
        "bucket.$": "$.plan.bucket",
        "job_key.$": "$.plan.job_key",
        "chunk.$": "$$.Map.Item.Value",
    }
    assert chunks["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert chunks["MaxConcurrency"] == each.environment.chunk_concurrency
    assert chunks.get("ToleratedFailureCount", 0) == 0
    assert "ToleratedFailurePercentage" not in chunks
    assert chunks["ResultPath"] is None  # workers write to S3; nothing depends on the map's result


@pytest.mark.parametrize("name", MAPS)
def test_what_the_chunks_of_100_gb_return_fits_many_times_into_a_state(each: Synthesis, name: str) -> None:
    # Given the input of each child, as long as real ones are
    chunks = workflow(each)["States"][name]
    task = chunks["ItemProcessor"]["States"][MAPS[name]]
    item = {
        "bucket": "cartabandonment-prod-storage-datastoredata0123abcd-0123456789ab",
        "job_key": f"{contract.WORK_PREFIX}01234567-89ab-cdef-0123-456789abcdef/job.json",
        "chunk": {"index": 1490, "start": BIG_FILE_BYTES - contract.CHUNK_BYTES, "end": BIG_FILE_BYTES},
    }
    # When the map collects what they return: all of it where no path says otherwise, nothing where the path is null
    returned = {"$": item, None: {}}[task.get("OutputPath", "$")]
    collected = [returned] * math.ceil(BIG_FILE_BYTES / contract.CHUNK_BYTES)
    # Then there is room for a file 50 times as large
    assert task["End"] is True
    assert len(json.dumps(collected, separators=(",", ":"))) * 50 < LARGEST_STATE_BYTES


@pytest.mark.parametrize("name", ["Plan", "MeasuredChunks", "Settle", "Chunks", "Finalize"])
def test_any_error_is_written_down_before_the_execution_fails(prod: Synthesis, name: str) -> None:
    assert workflow(prod)["States"][name]["Catch"] == [
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "WriteFailureDown"}
    ]


def test_the_execution_fails_with_the_error_that_caused_it(prod: Synthesis) -> None:
    states = workflow(prod)["States"]

    assert states["Failed"] == {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"}
    # Also when writing it down fails.
    assert states["WriteFailureDown"]["Catch"] == [
        {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Failed"}
    ]


def test_a_file_that_cannot_be_scored_is_not_tried_again_and_anything_else_is(each: Synthesis) -> None:
    states = workflow(each)["States"]
    tasks = [states[name] for name in TASKS]
    tasks += [states[name]["ItemProcessor"]["States"][task] for name, task in MAPS.items()]
    for task in tasks:
        waits = {"IntervalSeconds": 2, "BackoffRate": 2, "MaxDelaySeconds": 60, "JitterStrategy": "FULL"}
        # The first that matches counts: a call that found no free concurrency does not use up the tries of an error.
        assert task["Retry"] == [
            {"ErrorEquals": [contract.ERROR_UNUSABLE_FILE], "MaxAttempts": 0},
            {"ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 120, **waits},
            {"ErrorEquals": list(TRANSIENT_ERRORS), "MaxAttempts": 4, **waits},
        ]


def test_a_task_waits_longer_than_its_function_may_run(each: Synthesis) -> None:
    states = workflow(each)["States"]
    tasks = [states[name] for name in TASKS]
    tasks += [states[name]["ItemProcessor"]["States"][task] for name, task in MAPS.items()]
    functions = each.properties("AWS::Lambda::Function")
    for task in tasks:
        part = task["Parameters"]["FunctionName"].strip("<>").split("Live")[0]
        (function,) = (properties for name, properties in functions.items() if name.startswith(f"{part}Function"))
        assert task["TimeoutSeconds"] > function["Timeout"]
    assert workflow(each)["TimeoutSeconds"] == 12 * 3600
