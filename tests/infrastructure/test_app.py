"""What the app is told with ``-c``, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from cdk import environments
from cdk.app import LOCAL_ENDPOINT, chosen_environment, main, make_app, within_reach
from cdk.environments import ENVIRONMENTS, EnvironmentRefused, find
from tests.infrastructure.conftest import synthesize


def test_an_app_without_an_environment_says_so_in_one_line_without_a_traceback() -> None:
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


def test_the_context_names_the_environment_and_may_switch_tokens() -> None:
    assert chosen_environment(make_app(env="dev")) == ENVIRONMENTS["dev"]
    assert chosen_environment(make_app(env="local", cognito="on")) == replace(ENVIRONMENTS["local"], cognito=True)
    with pytest.raises(EnvironmentRefused, match="say on or off"):
        chosen_environment(make_app(env="local", cognito="maybe"))


@pytest.mark.parametrize(("name", "switch"), [("staging", "off"), ("prod", "on")])
def test_a_switch_that_can_be_forgotten_does_not_change_who_may_call_an_environment_in_aws(
    name: str, switch: str
) -> None:
    with pytest.raises(EnvironmentRefused, match=f"write cognito={switch == 'on'} into environment '{name}'"):
        chosen_environment(make_app(env=name, cognito=switch))
    # What the environment says already may be said again
    same = "on" if ENVIRONMENTS[name].cognito else "off"
    assert chosen_environment(make_app(env=name, cognito=same)) == ENVIRONMENTS[name]
