"""The daily watch in AWS, from the template: the local AWS has no CodeBuild."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from cdk.constructs.builds import INSTALL
from cdk.constructs.watch import WATCH
from cdk.environments import ENVIRONMENTS
from cdk.ops.costs.bill import Footprint, Use, monthly
from lambda_fn import contract
from tests.infrastructure.conftest import synthesize
from tests.infrastructure.synthesis import Synthesis, alarms_of, flat


@pytest.fixture
def watched(_no_account: None) -> Synthesis:
    return synthesize(replace(ENVIRONMENTS["dev"], watch_daily=True))


def test_it_is_there_where_the_environment_says_so_and_in_none_at_first(each: Synthesis) -> None:
    names = [project["Name"] for project in each.properties("AWS::CodeBuild::Project").values()]
    assert not any(name.endswith("-watch") for name in names)
    assert "watch-failed" not in alarms_of(each)


def test_it_runs_the_command_every_day_on_the_locked_packages(watched: Synthesis) -> None:
    project = watched.named("AWS::CodeBuild::Project", "Watch")
    specification = json.loads(project["Source"]["BuildSpec"])
    variables = {item["Name"]: item["Value"] for item in project["Environment"]["EnvironmentVariables"]}
    [rule] = [rule for rule in watched.properties("AWS::Events::Rule").values() if "ScheduleExpression" in rule]

    assert specification["phases"]["install"]["commands"] == list(INSTALL)
    assert specification["phases"]["build"] == {"commands": list(WATCH)}
    assert variables[contract.ENV_ENVIRONMENT] == "dev"
    assert {contract.ENV_REGISTRY_BUCKET, contract.ENV_DATA_BUCKET} <= set(variables)
    assert rule["ScheduleExpression"] == "cron(0 4 * * ? *)"


def test_its_role_reads_the_loop_writes_its_reports_and_puts_metrics_of_one_namespace(watched: Synthesis) -> None:
    allowed = {
        (action, flat(resource), json.dumps(statement.get("Condition")))
        for name, policy in watched.properties("AWS::IAM::Policy").items()
        if name.startswith("WatchRole")
        for statement in policy["PolicyDocument"]["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    }
    of_buckets = {one for one in allowed if one[1].startswith(("<Data>", "<Registry>"))}
    read = ("decisions/*", "scored/*", "outcomes/*")

    assert of_buckets == {
        *(("s3:GetObject", f"<Data>/{prefix}", "null") for prefix in read),
        ("s3:PutObject", "<Data>/reports/watch/*", "null"),
        ("s3:PutObject", "<Data>/rejected_outcomes/*", "null"),
        ("s3:ListBucket", "<Data>", json.dumps({"StringLike": {"s3:prefix": list(read)}})),
        ("s3:GetObject", "<Registry>/models/*", "null"),
        ("s3:GetObject", "<Registry>/routing.json", "null"),
        ("s3:ListBucket", "<Registry>", "null"),
    }
    namespace = json.dumps({"StringEquals": {"cloudwatch:namespace": contract.METRIC_NAMESPACE}})
    assert {one for one in allowed if one[0].startswith("cloudwatch:")} == {
        ("cloudwatch:PutMetricData", "*", namespace)
    }


def test_its_failure_rings_and_its_minutes_are_in_the_bill(watched: Synthesis) -> None:
    footprint = Footprint.of(watched.environment, [watched.storage, watched.service])
    bill = {line.item: line.dollars for line in monthly(footprint, Use())}
    project = watched.named("AWS::CodeBuild::Project", "Watch")["Name"]

    assert alarms_of(watched)["watch-failed"]["Dimensions"] == [{"Name": "ProjectName", "Value": project}]
    assert bill["CodeBuild: watch, where it is daily"] == pytest.approx(365 / 12 * 5 * 0.015)


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]
