"""The training job in AWS, from the template: the local AWS has no CodeBuild."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cdk.build.bundling import ROOT
from cdk.constructs.builds import INSTALL
from cdk.constructs.training import RETRAIN
from cdk.environments import ENVIRONMENTS
from cdk.ops.costs.bill import Footprint, Use, monthly
from lambda_fn import contract
from tests.infrastructure.conftest import synthesize
from tests.infrastructure.synthesis import Synthesis, flat


def test_it_is_a_build_on_arm_with_a_limit_and_a_log_that_forgets(each_in_aws: Synthesis) -> None:
    project = each_in_aws.only("AWS::CodeBuild::Project")
    machine = project["Environment"]
    [log] = [name for name in each_in_aws.of_type("AWS::Logs::LogGroup") if name.startswith("Training")]

    assert (machine["Type"], machine["PrivilegedMode"]) == ("ARM_CONTAINER", False)
    assert machine["Image"].startswith("aws/codebuild/amazonlinux-aarch64-standard:")
    assert (project["TimeoutInMinutes"], project["QueuedTimeoutInMinutes"], project["ConcurrentBuildLimit"]) == (
        60,
        60,
        1,
    )
    assert project["LogsConfig"]["CloudWatchLogs"] == {"GroupName": {"Ref": log}, "Status": "ENABLED"}


def test_it_installs_the_locked_packages_and_runs_the_training_command(each_in_aws: Synthesis) -> None:
    specification = json.loads(each_in_aws.only("AWS::CodeBuild::Project")["Source"]["BuildSpec"])

    assert specification["phases"] == {
        "install": {"runtime-versions": {"python": contract.PYTHON_VERSION}, "commands": list(INSTALL)},
        "build": {"commands": list(RETRAIN)},
    }
    locked = (ROOT / "training" / "requirements.txt").read_text(encoding="utf-8")
    assert all(f"\n{name}==" in locked for name in ("scikit-learn", "lightgbm", "onnxruntime", "boto3", "typer"))


def test_what_passes_the_gates_is_promoted_everywhere_but_in_prod(each_in_aws: Synthesis) -> None:
    variables = {
        item["Name"]: item["Value"]
        for item in each_in_aws.only("AWS::CodeBuild::Project")["Environment"]["EnvironmentVariables"]
    }
    [topic] = each_in_aws.of_type("AWS::SNS::Topic")

    assert variables["APP_RETRAIN_PROMOTION"] == (
        "--no-promote" if each_in_aws.environment.name == "prod" else "--promote"
    )
    assert variables["APP_RETRAIN_TOPIC"] == {"Ref": topic}
    assert variables["ORT_DISABLE_TELEMETRY"] == "1"


def test_its_role_reaches_its_prefixes_and_nothing_else_of_the_buckets(each_in_aws: Synthesis) -> None:
    statements = [
        (statement["Action"], flat(resource), statement.get("Condition"))
        for name, policy in each_in_aws.properties("AWS::IAM::Policy").items()
        if name.startswith("TrainingRole")
        for statement in policy["PolicyDocument"]["Statement"]
        for resource in _listed(statement["Resource"])
    ]
    on_buckets = {
        (tuple(_listed(actions)), resource, json.dumps(condition))
        for actions, resource, condition in statements
        if resource.startswith(("<Data>", "<Registry>"))
    }

    assert on_buckets == {
        (("s3:GetObject",), "<Data>/training/*", "null"),
        (("s3:GetObject", "s3:PutObject"), "<Registry>/models/*", "null"),
        (("s3:GetObject", "s3:PutObject"), "<Registry>/routing.json", "null"),
        (("s3:ListBucket",), "<Data>", '{"StringLike": {"s3:prefix": "training/*"}}'),
        (("s3:ListBucket",), "<Registry>", "null"),
    }
    assert [action for actions, _, _ in statements for action in _listed(actions) if "*" in action] == []
    assert {resource for _, resource, _ in statements if resource.startswith("*")} == set()
    others = {action for actions, _, _ in statements for action in _listed(actions) if not action.startswith("s3:")}
    assert others == {
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sns:Publish",
    }


def test_it_runs_by_the_week_where_the_environment_says_so(each: Synthesis) -> None:
    scheduled = [rule for rule in each.properties("AWS::Events::Rule").values() if "ScheduleExpression" in rule]
    assert scheduled == []


@pytest.mark.usefixtures("_no_account")
def test_a_weekly_training_has_a_schedule_and_a_line_in_the_bill() -> None:
    weekly = synthesize(replace(ENVIRONMENTS["dev"], retrain_weekly=True))
    [rule] = [rule for rule in weekly.properties("AWS::Events::Rule").values() if "ScheduleExpression" in rule]
    bill = {
        line.item: line.dollars
        for line in monthly(Footprint.of(weekly.environment, [weekly.storage, weekly.service]), Use())
    }

    assert rule["ScheduleExpression"] == "cron(0 3 ? * MON *)"
    assert bill["CodeBuild: training, where it is weekly"] == pytest.approx(365 / 12 / 7 * 10 * 0.015)


def test_a_failed_training_rings(each_in_aws: Synthesis) -> None:
    [alarm] = [
        alarm
        for alarm in each_in_aws.properties("AWS::CloudWatch::Alarm").values()
        if alarm["AlarmName"].endswith("-training-failed")
    ]
    project = each_in_aws.only("AWS::CodeBuild::Project")["Name"]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/CodeBuild", "FailedBuilds")
    assert alarm["Dimensions"] == [{"Name": "ProjectName", "Value": project}]
    assert alarm["AlarmActions"]


def test_the_local_aws_gets_none(local: Synthesis) -> None:
    assert local.of_type("AWS::CodeBuild::Project") == {}


def _listed(value: object) -> list[str]:
    return value if isinstance(value, list) else [value]  # type: ignore[list-item]
