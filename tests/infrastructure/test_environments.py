"""Environments are data that refuses what cannot be deployed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import Stack

from cdk import environments
from cdk.app import LOCAL_ENDPOINT, chosen_environment, main, make_app, within_reach
from cdk.constructs.functions import _RETENTION
from cdk.environments import ENVIRONMENTS, LOG_DAYS, Environment, EnvironmentRefused, find
from tests.infrastructure.conftest import synthesize
from tests.infrastructure.synthesis import Synthesis

WARNING = "aws:cdk:warning"


@pytest.mark.parametrize("name", ["qa", "Prod", "", None])
def test_an_unknown_environment_is_refused_with_the_list_of_those_that_exist(name: str | None) -> None:
    with pytest.raises(EnvironmentRefused, match="choose one with -c env=NAME: local, dev, staging, prod"):
        find(name)


def test_the_app_says_so_in_one_line_without_a_traceback() -> None:
    ended = subprocess.run([sys.executable, "-m", "cdk.app"], capture_output=True, text=True, check=False)

    # The CDK's library may warn of the system's Node before that.
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert ended.stderr.splitlines()[-1] == (
        "error: no environment was named; choose one with -c env=NAME: local, dev, staging, prod"
    )


def test_a_placeholder_ends_the_app_in_one_line_and_stops_no_other_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given a prod with a placeholder
    unfinished = replace(ENVIRONMENTS["prod"], alarm_emails=("CHANGE_ME@company.com",))
    monkeypatch.setattr(environments, "ENVIRONMENTS", {**ENVIRONMENTS, "prod": unfinished})
    monkeypatch.setattr("cdk.app.make_app", lambda: make_app(env="prod"))
    # When the app is run for it
    with pytest.raises(SystemExit) as ended:
        main()
    # Then one line says what is wrong and what else there is, and dev is as before
    assert ended.value.code == (
        "error: environment 'prod': 'CHANGE_ME@company.com' is a placeholder, put the real value there; "
        "cdk/environments.py has local, dev, staging, prod"
    )
    assert find("dev") is ENVIRONMENTS["dev"]


def test_the_environment_of_the_local_aws_does_not_go_to_aws_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LOCAL_ENDPOINT, raising=False)
    with pytest.raises(EnvironmentRefused, match="'local' is for the local AWS, which `make local` starts"):
        within_reach(ENVIRONMENTS["local"])
    assert within_reach(ENVIRONMENTS["dev"]) is ENVIRONMENTS["dev"]

    monkeypatch.setenv(LOCAL_ENDPOINT, "http://127.0.0.1:4566")
    assert within_reach(ENVIRONMENTS["local"]) is ENVIRONMENTS["local"]


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
        ({"log_days": 8}, "log_days: 8 is none of 7, 30, 90, 365"),
    ],
)
def test_values_that_cannot_be_meant_are_refused_by_name(values: dict[str, Any], why: str) -> None:
    with pytest.raises(EnvironmentRefused, match=f"environment 'prod': .*{why}.*; .* has local, dev, staging, prod"):
        replace(ENVIRONMENTS["prod"], **values).checked()


def test_real_values_are_taken() -> None:
    prod = replace(ENVIRONMENTS["prod"], cors_origins=("https://shop.company.com",), alarm_emails=("ops@company.com",))

    assert prod.checked() is prod
    assert all(environment.checked() is environment for environment in ENVIRONMENTS.values())


def test_the_context_says_who_hears_the_alarms() -> None:
    prod = chosen_environment(make_app(env="prod", alarm_emails="ops@company.com,boss@company.com"))

    assert prod == replace(ENVIRONMENTS["prod"], alarm_emails=("ops@company.com", "boss@company.com"))
    assert {sub["Endpoint"] for sub in synthesize(prod).properties("AWS::SNS::Subscription").values()} == {
        "ops@company.com",
        "boss@company.com",
    }
    with pytest.raises(EnvironmentRefused, match="'ops' is not an e-mail address"):
        chosen_environment(make_app(env="prod", alarm_emails="ops,boss@company.com"))
    assert chosen_environment(make_app(env="prod", alarm_emails="")) == ENVIRONMENTS["prod"]


def test_prod_is_not_made_without_a_word_where_nobody_hears_its_alarms() -> None:
    def warnings(environment: Environment) -> list[str]:
        """Return what the command line prints.

        Not by `find_warning`: two packages install the class of its answer at one path, and only one can be read.
        """
        constructs = service_stack(synthesize(environment)).node.find_all()
        found = [entry for construct in constructs for entry in construct.node.metadata if entry.type == WARNING]
        return [str(entry.data) for entry in found if "Nobody hears" in str(entry.data)]

    [warning] = warnings(ENVIRONMENTS["prod"])
    assert "Nobody hears the alarms of prod: say -c alarm_emails=" in warning
    assert warnings(replace(ENVIRONMENTS["prod"], alarm_emails=("ops@company.com",))) == []
    assert warnings(ENVIRONMENTS["dev"]) == []


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
    assert set(_RETENTION) == set(LOG_DAYS)


def service_stack(synthesis: Synthesis) -> Stack:
    (service,) = (child for child in synthesis.app.node.children if child.node.id.endswith("-Service"))
    assert isinstance(service, Stack)
    return service


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
