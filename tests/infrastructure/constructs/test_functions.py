"""Functions and their roles: the local AWS enforces neither sizes nor (by default) permissions."""

from __future__ import annotations

import platform
from typing import Any

from cdk.constructs.functions import _RETENTION
from cdk.environments import LOG_DAYS
from lambda_fn import contract
from tests.infrastructure.synthesis import Synthesis, flat

FUNCTIONS = {
    "ApiFunction": contract.HANDLER_API,
    "BatchPlan": contract.HANDLER_PLAN,
    "BatchMeasureChunk": contract.HANDLER_MEASURE_CHUNK,
    "BatchSettle": contract.HANDLER_SETTLE,
    "BatchScoreChunk": contract.HANDLER_SCORE_CHUNK,
    "BatchFinalize": contract.HANDLER_FINALIZE,
    "BatchFail": contract.HANDLER_FAIL,
}


def test_each_handler_has_one_function(each: Synthesis) -> None:
    handlers = {name: function["Handler"] for name, function in each.properties("AWS::Lambda::Function").items()}

    assert sorted(handlers.values()) == sorted(FUNCTIONS.values())
    assert all(handlers[name] == handler for part, handler in FUNCTIONS.items() for name in handlers if part in name)


def test_functions_run_the_python_and_processor_that_the_bundles_are_built_for(every: dict[str, Synthesis]) -> None:
    host = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    for name, synthesis in every.items():
        for function in synthesis.properties("AWS::Lambda::Function").values():
            assert function["Runtime"] == f"python{contract.PYTHON_VERSION}"
            assert function["Architectures"] == [host if name == "local" else "arm64"]


def test_environment_variables_are_those_that_the_code_reads(each: Synthesis) -> None:
    known = {value for name, value in vars(contract).items() if name.startswith("ENV_")}
    known |= {*contract.WORKER_ALLOCATOR, *contract.NO_TELEMETRY}
    for function in each.properties("AWS::Lambda::Function").values():
        variables = function["Environment"]["Variables"]
        assert set(variables) <= known
        assert variables[contract.ENV_ENVIRONMENT] == each.environment.name
        assert variables[contract.ENV_SERVICE] == contract.service_name(each.environment.name)


def test_each_function_has_a_log_of_its_own_that_forgets(each: Synthesis) -> None:
    functions = each.properties("AWS::Lambda::Function").values()
    logs = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions]

    assert len(set(logs)) == len(functions)
    assert {log["RetentionInDays"] for log in each.properties("AWS::Logs::LogGroup").values()} == {
        each.environment.log_days
    }


def test_the_days_that_logs_are_kept_are_ones_that_aws_knows() -> None:
    assert set(_RETENTION) == set(LOG_DAYS)


def test_callers_use_the_live_alias_of_a_published_version(each: Synthesis) -> None:
    aliases = each.properties("AWS::Lambda::Alias")

    assert {alias["Name"] for alias in aliases.values()} == {"live"}
    assert len(aliases) == len(FUNCTIONS)
    invoked = {
        flat(permission["FunctionName"]).strip("<>")
        for permission in each.properties("AWS::Lambda::Permission").values()
    }
    assert invoked == {name for name in aliases if "Api" in name}


def test_earlier_versions_stay_so_that_the_alias_can_be_shifted_back(each_in_aws: Synthesis) -> None:
    versions = each_in_aws.of_type("AWS::Lambda::Version").values()

    assert {(version["DeletionPolicy"], version["UpdateReplacePolicy"]) for version in versions} == {
        ("RetainExceptOnCreate", "Retain")
    }


def test_snap_start_and_reserved_concurrency_are_switched_by_the_environment(each: Synthesis) -> None:
    functions = each.properties("AWS::Lambda::Function")

    assert {
        function["Handler"]: function["SnapStart"] for function in functions.values() if "SnapStart" in function
    } == ({contract.HANDLER_API: {"ApplyOn": "PublishedVersions"}} if each.environment.snap_start else {})
    assert {
        function["Handler"]: function["ReservedConcurrentExecutions"]
        for function in functions.values()
        if "ReservedConcurrentExecutions" in function
    } == (
        {contract.HANDLER_API: each.environment.api_reserved_concurrency}
        if each.environment.api_reserved_concurrency
        else {}
    )


READ_MODELS = {("s3:GetObject", "<Registry>/models/*"), ("s3:ListBucket", "<Registry>")}
READ_ROUTING = {("s3:GetObject", "<Registry>/routing.json")}
READ_DROPPED_FILES = {
    ("s3:GetObject", "<Data>/incoming/*"),
    ("s3:GetObjectVersion", "<Data>/incoming/*"),
    ("s3:ListBucket", "<Data>"),
}


def _to(prefix: str, *actions: str) -> set[tuple[str, str]]:
    return {(f"s3:{action}", f"<Data>/{prefix}/*") for action in actions}


MAY = {
    "ApiFunction": READ_MODELS | READ_ROUTING | _to("outcomes", "PutObject"),
    "BatchPlan": READ_MODELS | READ_ROUTING | READ_DROPPED_FILES | _to("work", "GetObject", "PutObject"),
    "BatchMeasureChunk": READ_MODELS | READ_DROPPED_FILES | _to("work", "GetObject", "PutObject"),
    "BatchSettle": {("s3:ListBucket", "<Data>")} | _to("work", "GetObject", "PutObject"),
    "BatchScoreChunk": READ_MODELS
    | READ_ROUTING  # the key that groups are drawn with
    | READ_DROPPED_FILES
    | _to("work", "GetObject", "PutObject", "AbortMultipartUpload"),
    "BatchFinalize": READ_MODELS
    | READ_DROPPED_FILES
    | _to("work", "GetObject", "PutObject", "DeleteObject")
    | _to("scored", "GetObject", "PutObject", "AbortMultipartUpload")
    | _to("rejected", "GetObject", "PutObject", "AbortMultipartUpload")
    | _to("reports", "GetObject", "PutObject", "AbortMultipartUpload")
    | _to("failed", "GetObject", "DeleteObject"),
    "BatchFail": READ_DROPPED_FILES
    | _to("work", "GetObject", "DeleteObject")
    | _to("reports", "GetObject")
    | _to("failed", "PutObject"),
    "BatchWorkflowRole": _to("work", "GetObject"),  # the list of chunks
    "DecisionLogRole": _to("decisions", "PutObject", "AbortMultipartUpload")
    | _to("failed/decisions", "PutObject", "AbortMultipartUpload"),
}


def test_each_role_may_do_in_s3_what_its_function_does_and_nothing_else(each: Synthesis) -> None:
    allowed = _allowed(each, "s3:")

    assert {part: allowed[name] for part in MAY for name in allowed if part in name} == MAY
    assert len([name for name in allowed if not name.startswith("TrainingRole")]) == len(MAY)


def test_functions_may_write_their_own_log_and_traces_and_call_nothing_else(each: Synthesis) -> None:
    (stream,) = each.of_type("AWS::KinesisFirehose::DeliveryStream")
    for name, policy in each.properties("AWS::IAM::Policy").items():
        if not name.startswith(tuple(FUNCTIONS)):
            continue
        others = {
            (action, flat(resource))
            for statement in policy["PolicyDocument"]["Statement"]
            for action in _list(statement["Action"])
            for resource in _list(statement["Resource"])
            if not action.startswith("s3:")
        }
        own_log = next(resource for action, resource in others if action == "logs:PutLogEvents")
        assert own_log.startswith(f"<{next(part for part in FUNCTIONS if name.startswith(part))}")
        log_of_decisions = {("firehose:PutRecord", f"<{stream}>")} if name.startswith("ApiFunction") else set()
        assert others == log_of_decisions | {
            ("logs:CreateLogStream", own_log),
            ("logs:PutLogEvents", own_log),
            ("xray:PutTelemetryRecords", "*"),
            ("xray:PutTraceSegments", "*"),
        }


def test_the_workflow_may_call_its_four_functions_and_the_rule_may_start_the_workflow(each: Synthesis) -> None:
    assert {resource.split("Live")[0] for pairs in _allowed(each, "lambda:").values() for _, resource in pairs} == {
        f"<{part}" for part in FUNCTIONS if part.startswith("Batch")
    }
    starters = {name: pairs for name, pairs in _allowed(each, "states:StartExecution").items() if "EventsRole" in name}
    (machine,) = each.of_type("AWS::StepFunctions::StateMachine")
    assert list(starters.values()) == [{("states:StartExecution", f"<{machine}>")}]


def _allowed(synthesis: Synthesis, service: str) -> dict[str, set[tuple[str, str]]]:
    """Return (action, resource) of one service by policy, for policies that have any."""
    found = {
        name: {
            (action, flat(resource))
            for statement in policy["PolicyDocument"]["Statement"]
            for action in _list(statement["Action"])
            for resource in _list(statement["Resource"])
            if action.startswith(service)
        }
        for name, policy in synthesis.properties("AWS::IAM::Policy").items()
    }
    return {name: pairs for name, pairs in found.items() if pairs}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_function_sends_telemetry(each: Synthesis) -> None:
    for function in each.properties("AWS::Lambda::Function").values():
        variables = function["Environment"]["Variables"]
        assert {name: variables.get(name) for name in contract.NO_TELEMETRY} == contract.NO_TELEMETRY


def test_whatever_a_failed_deployment_made_is_deleted_again(each: Synthesis) -> None:
    # A first one leaves no bucket behind that is in the next one's way. A release that is taken back leaves no version,
    # which Lambda would not publish again.
    resources = [*each.storage["Resources"].values(), *each.service["Resources"].values()]
    assert [resource["Type"] for resource in resources if resource.get("DeletionPolicy") == "Retain"] == []
