"""Files that EventBridge never told of, on S3 and Step Functions in process."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from mypy_boto3_s3 import S3Client

from cdk.ops.outputs import StackOutputs
from cdk.ops.rescan import Rescan, event, rescan
from tests import events

BUCKET = "data"
FIELDS = ("ApiUrl", "ApiKeyId", "RegistryBucket", "AlarmTopicArn", "DashboardUrl", "ServiceDashboardUrl")
DEFINITION = '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": true}}}'


@pytest.fixture
def workflow(s3: S3Client) -> Any:  # noqa: ARG001  # AWS in process
    return boto3.client("stepfunctions")


@pytest.fixture
def outputs(s3: S3Client, workflow: Any) -> StackOutputs:
    s3.create_bucket(Bucket=BUCKET)
    trust = '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}}]}'
    role = boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    machine = workflow.create_state_machine(name="scoring", definition=DEFINITION, roleArn=role)["stateMachineArn"]
    return StackOutputs.model_validate(
        dict.fromkeys(FIELDS, "unused")
        | {"DataBucket": BUCKET, "StateMachineArn": machine, "ApiFunctionName": "unused"}
    )


def test_what_has_no_result_is_started_once_and_all_else_is_left_alone(
    s3: S3Client, workflow: Any, outputs: StackOutputs
) -> None:
    # Given files that were never told of, one that was scored, one that failed, and one that is no CSV
    for key in ("new.csv", "deep/er.csv.gz", "done.csv", "bad.CSV", "readme.txt"):
        s3.put_object(Bucket=BUCKET, Key=f"incoming/{key}", Body=b"x")
    s3.put_object(Bucket=BUCKET, Key="reports/done.json", Body=b"{}")
    s3.put_object(Bucket=BUCKET, Key="failed/bad.json", Body=b"{}")
    fresh = ["incoming/deep/er.csv.gz", "incoming/new.csv"]
    # When they are looked for, twice
    first, second = rescan(outputs, s3, workflow), rescan(outputs, s3, workflow)
    # Then the two are started, once
    assert first == Rescan(started=fresh, running=[], failed=["incoming/bad.CSV"], scored=["incoming/done.csv"])
    assert second == Rescan(started=[], running=fresh, failed=["incoming/bad.CSV"], scored=["incoming/done.csv"])
    executions = workflow.list_executions(stateMachineArn=outputs.state_machine_arn)["executions"]
    inputs = [
        json.loads(workflow.describe_execution(executionArn=item["executionArn"])["input"]) for item in executions
    ]
    assert sorted(told["detail"]["object"]["key"] for told in inputs) == fresh


def test_an_execution_is_told_what_the_recorded_event_tells_it() -> None:
    recorded = events.load("s3_object_created")["detail"]
    made = event(recorded["bucket"]["name"], recorded["object"]["key"])["detail"]
    # The workflow reads these two, and nothing else of the event
    assert made == {
        "bucket": {"name": recorded["bucket"]["name"]},
        "object": {"key": recorded["object"]["key"]},
    }
