"""Environments are data that refuses what cannot be deployed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from cdk.app import chosen_environment, make_app
from cdk.environments import ENVIRONMENTS, Environment, EnvironmentRefused, find
from cdk.functions import _RETENTION
from tests.infrastructure.synthesis import Synthesis


@pytest.mark.parametrize("name", ["qa", "Prod", "", None])
def test_an_unknown_environment_is_refused_with_the_list_of_those_that_exist(name: str | None) -> None:
    with pytest.raises(EnvironmentRefused, match="choose one with -c env=NAME: local, dev, staging, prod"):
        find(name)


def test_the_app_says_so_in_one_line_without_a_traceback() -> None:
    ended = subprocess.run([sys.executable, "-m", "cdk.app"], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (
        1,
        "error: no environment was named; choose one with -c env=NAME: local, dev, staging, prod\n",
    )


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"cors_origins": ("*",)}, "is not an origin such as"),
        ({"cors_origins": ("https://shop.company.com/path",)}, "is not an origin such as"),
        ({"cors_origins": ("http://shop.company.com",)}, "is not https"),
        ({"cors_origins": ("https://shop.example.com",)}, "is a placeholder"),
        ({"cors_origins": ("https://your-shop.com",)}, "is a placeholder"),
        ({"alarm_emails": ("CHANGE_ME@company.com",)}, "is a placeholder"),
        ({"alarm_emails": ("<ops@company.com>",)}, "is a placeholder"),
        ({"alarm_emails": ("ops",)}, "is not an e-mail address"),
    ],
)
def test_values_that_cannot_be_meant_are_refused_by_name(values: dict[str, Any], why: str) -> None:
    with pytest.raises(EnvironmentRefused, match=f"environment 'prod' in cdk/environments.py: .*{why}"):
        replace(ENVIRONMENTS["prod"], **values)


def test_real_values_are_taken() -> None:
    prod = replace(ENVIRONMENTS["prod"], cors_origins=("https://shop.company.com",), alarm_emails=("ops@company.com",))

    assert (prod.cors_origins, prod.alarm_emails) == (("https://shop.company.com",), ("ops@company.com",))


def test_the_context_names_the_environment_and_may_switch_tokens() -> None:
    assert chosen_environment(make_app(env="dev")) == ENVIRONMENTS["dev"]
    assert chosen_environment(make_app(env="local", cognito="on")) == replace(ENVIRONMENTS["local"], cognito=True)
    assert chosen_environment(make_app(env="staging", cognito="off")) == replace(ENVIRONMENTS["staging"], cognito=False)
    with pytest.raises(EnvironmentRefused, match="say on or off"):
        chosen_environment(make_app(env="local", cognito="maybe"))


def test_only_prod_keeps_what_a_deleted_stack_held() -> None:
    def kept(environment: Environment) -> tuple[bool, bool, bool]:
        return environment.keep_data, environment.termination_protection, environment.access_logs

    assert {name: kept(environment) for name, environment in ENVIRONMENTS.items()} == {
        "local": (False, False, False),
        "dev": (False, False, False),
        "staging": (False, False, False),
        "prod": (True, True, True),
    }


def test_local_leaves_out_what_the_local_aws_refuses() -> None:
    local = ENVIRONMENTS["local"]

    assert (local.in_aws, local.canary, local.firewall, local.snap_start, local.cognito) == (False,) * 5


def test_the_days_that_logs_are_kept_are_ones_that_aws_knows() -> None:
    assert {environment.log_days for environment in ENVIRONMENTS.values()} <= set(_RETENTION)


def test_two_environments_fit_in_one_account(each_in_aws: Synthesis) -> None:
    """Every fixed name carries the environment's."""
    fixed = {
        value
        for kind, field in (
            ("AWS::CloudWatch::Alarm", "AlarmName"),
            ("AWS::CloudWatch::Dashboard", "DashboardName"),
            ("AWS::ApiGateway::RestApi", "Name"),
            ("AWS::ApiGateway::UsagePlan", "UsagePlanName"),
        )
        for value in (properties[field] for properties in each_in_aws.properties(kind).values())
    }

    assert len(fixed) > 4
    assert [name for name in fixed if f"-{each_in_aws.environment.name}" not in name] == []
    unnamed = (
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::Lambda::Function", "FunctionName"),
        ("AWS::IAM::Role", "RoleName"),
    )
    assert [kind for kind, field in unnamed for value in each_in_aws.properties(kind).values() if field in value] == []
