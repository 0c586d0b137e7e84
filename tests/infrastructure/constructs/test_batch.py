"""What starts the workflow, and its log; the local AWS ignores retries of the rule and the log."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cdk.environments import ENVIRONMENTS
from lambda_fn import contract
from tests.infrastructure.conftest import synthesize
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


def test_the_log_lies_where_the_account_needs_no_policy_for_it(each: Synthesis) -> None:
    prefix, ending = each.named("AWS::Logs::LogGroup", "WorkflowLog")["LogGroupName"]["Fn::Join"][1]

    assert prefix == f"/aws/vendedlogs/states/{contract.service_name(each.environment.name)}-"
    assert "AWS::StackId" in json.dumps(ending)


@pytest.mark.usefixtures("_no_account")
def test_the_functions_that_read_dropped_files_may_use_the_keys_that_the_environment_names() -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-abcd-0123-0123456789ab"
    synthesis = synthesize(replace(ENVIRONMENTS["dev"], upload_key_arns=(key,)))

    allowed = {
        flat(policy["Roles"][0])
        for policy in synthesis.properties("AWS::IAM::Policy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == "kms:Decrypt" and statement["Resource"] == key
    }
    assert len(allowed) == 5
    assert all("Batch" in role for role in allowed)
