"""What starts the workflow, and its log; the local AWS ignores retries of the rule and the log."""

from __future__ import annotations

from typing import Any

from tests.infrastructure.synthesis import Synthesis, flat


def test_csv_files_dropped_into_incoming_start_the_workflow(each: Synthesis) -> None:
    pattern = each.only("AWS::Events::Rule")["EventPattern"]

    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    assert [flat(name) for name in pattern["detail"]["bucket"]["name"]] == ["<Data>"]
    endings = ("csv", "csv.gz", "CSV")
    assert pattern["detail"]["object"]["key"] == [{"wildcard": f"incoming/*.{ending}"} for ending in endings]


def test_a_start_that_is_refused_is_repeated_and_then_kept(each: Synthesis) -> None:
    (target,) = each.only("AWS::Events::Rule")["Targets"]
    (queue,) = each.of_type("AWS::SQS::Queue")

    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [queue, "Arn"]}}
    assert each.only("AWS::SQS::Queue") == {
        "MessageRetentionPeriod": 14 * 86_400,
        "SqsManagedSseEnabled": True,
        "Tags": each.only("AWS::SQS::Queue")["Tags"],
    }


def test_what_went_wrong_is_logged_without_data_and_traced(each: Synthesis) -> None:
    machine: Any = each.only("AWS::StepFunctions::StateMachine")

    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert (machine["LoggingConfiguration"]["Level"], machine["LoggingConfiguration"]["IncludeExecutionData"]) == (
        "ERROR",
        False,
    )
