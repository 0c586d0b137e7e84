"""docs/policies: the rights of each kind of work are those of the calls that its code makes."""

from __future__ import annotations

import datetime as dt
import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

from cdk.environments import ENVIRONMENTS
from cdk.ops import training_job
from cdk.ops.client import JobError, ShopClient
from cdk.ops.outputs import StackOutputs
from cdk.ops.preflight import check_quota, release_failed_stacks
from cdk.ops.rescan import rescan
from cdk.ops.versions import delete_older_versions
from lambda_fn.registry import Artefact, Registry
from tests import factories
from training.logged.sources import read_files
from training.logged.watched_bucket import DECISION_PREFIXES, keep_rejected, keep_report, places_in, put_metrics

POLICIES = Path(__file__).parents[2] / "docs" / "policies"
SPELT_OTHERWISE = {
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "monitoring:PutMetricData": "cloudwatch:PutMetricData",
    "apigateway:GetApiKey": "apigateway:GET",  # pragma: allowlist secret
}
OUTPUTS = StackOutputs.model_validate(
    {
        **dict.fromkeys(("AlarmTopicArn", "DashboardUrl", "ServiceDashboardUrl", "ApiKeyId"), "unused"),
        "ApiUrl": "https://api.test/prod",
        "RegistryBucket": "registry",
        "DataBucket": "data",
        "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:scoring",
        "ApiFunctionName": "api",
    }
)
NOW = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The actions that IAM would be asked about; AWS answers as if everything were there."""
    made: set[str] = set()
    answers: dict[str, Any] = {
        "DescribeStacks": {"Stacks": [{"StackStatus": "ROLLBACK_COMPLETE", "EnableTerminationProtection": True}]},
        "GetAccountSettings": {"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}},
        "GetFunctionConcurrency": {},
        "ListVersionsByFunction": {"Versions": [{"Version": str(number)} for number in range(1, 6)]},
        "ListAliases": {"Aliases": [{"FunctionVersion": "5"}]},
        "StartBuild": {"build": {"id": "training:1"}},
        "GetApiKey": {"value": "key"},
        "HeadObject": {"LastModified": NOW},
        "ListExecutions": {"executions": [{"executionArn": "one", "startDate": NOW}]},
        "DescribeExecution": {"input": json.dumps({"detail": {"object": {"key": "incoming/other.csv"}}})},
        "ListObjectsV2": {"Contents": [{"Key": "incoming/new.csv", "LastModified": NOW + dt.timedelta(days=1)}]},
    }

    def call(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        service = self.meta.service_model.signing_name
        action = f"{service}:{operation}"
        made.add(SPELT_OTHERWISE.get(action, action))
        if operation == "GetObject":
            if "/" not in parameters["Key"]:
                raise ClientError({"Error": {"Code": "NoSuchKey"}}, operation)
            return {"Body": io.BytesIO(b"{}"), "LastModified": NOW, "ETag": "one", "Metadata": {}}
        return answers.get(operation, {})

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return made


def allowed(*names: str) -> set[str]:
    documents = [json.loads((POLICIES / f"{name}.json").read_text(encoding="utf-8")) for name in names]
    return {action for document in documents for part in document["Statement"] for action in part["Action"]}


def made_client(service: str) -> Any:
    import boto3

    return boto3.client(service)  # type: ignore[call-overload]


def test_deploying_calls_what_its_policy_allows(calls: set[str]) -> None:
    prod = ENVIRONMENTS["prod"]
    release_failed_stacks(prod, made_client("cloudformation"), lambda _line: None)
    check_quota(prod, made_client("lambda"), "api")
    delete_older_versions(made_client("lambda"), "api")

    assert calls == allowed("deploy") - {"sts:AssumeRole"}  # the CLI's own


def test_checking_an_environment_calls_what_its_policy_allows(calls: set[str]) -> None:
    client = ShopClient(OUTPUTS, None)
    client.drop("new.csv", b"x")
    with suppress(JobError):  # this AWS has a note in failed/, too
        client.collect("new.csv")
    client.close()
    rescan(OUTPUTS, made_client("s3"), made_client("stepfunctions"))

    # The other two: of finding the stacks, and of fetching a token where the API asks for one.
    assert calls == allowed("smoke") - {"cloudformation:DescribeStacks", "cognito-idp:DescribeUserPoolClient"}


def test_training_calls_what_its_policy_allows(calls: set[str]) -> None:
    registry = Registry("registry", made_client("s3"))
    for use in (
        lambda: registry.publish(Artefact(*factories.artefact())),
        registry.versions,
        lambda: registry.promote(factories.VERSION),
        registry.roll_back,
    ):
        with suppress(Exception):
            use()
    made_client("s3").put_object(Bucket="data", Key="training/november.csv", Body=b"x")
    training_job.start(ENVIRONMENTS["dev"], made_client("codebuild"))

    assert calls == allowed("training") - {"cloudformation:DescribeStacks"}


def test_learning_calls_what_its_policy_allows(calls: set[str]) -> None:
    s3 = made_client("s3")
    places_in(s3, "data", DECISION_PREFIXES)
    list(read_files("s3://data/decisions/", s3))
    keep_report(s3, "data", {}, NOW.date())
    keep_rejected(s3, "data", ())
    put_metrics(made_client("cloudwatch"), "prod", {})

    assert calls == allowed("learning")


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.json")), ids=lambda path: path.stem)
def test_a_policy_names_what_it_is_for_and_allows_no_action_by_a_wildcard(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))

    assert document["Version"] == "2012-10-17"
    assert all(part["Sid"].isalnum() and part["Effect"] == "Allow" for part in document["Statement"])
    assert [action for part in document["Statement"] for action in part["Action"] if "*" in action] == []
