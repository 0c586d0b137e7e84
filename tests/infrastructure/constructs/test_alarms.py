"""When alarms ring."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cdk.environments import ENVIRONMENTS
from lambda_fn import contract
from tests.infrastructure.conftest import synthesize
from tests.infrastructure.synthesis import Synthesis, alarms_of, flat, workflow

RUNBOOK = Path(__file__).resolve().parents[3] / "docs" / "runbook.md"

TASKS = ("plan", "measure-chunk", "settle", "score-chunk", "finalize", "fail")
ALARMS = {
    "api-5xx-share",
    "api-p99",
    "api-errors",
    "api-throttles",
    *(f"batch-{task}-{what}" for task in TASKS for what in ("errors", "throttles")),
    "batch-failed",
    "batch-timed-out",
    "batch-not-started",
    "rejected-share",
    "drift",
    "blanks",
    "model-age",
    "model-load",
    "registry-unreadable",
    "sample-ratio",
    "margin-below-expected",
}
RELEASE_ALARM = "api-release-5xx-share"  # where releases are shifted in


def test_these_are_the_alarms_of_an_environment(each: Synthesis) -> None:
    environment = each.environment

    some = {
        "no-predictions": environment.alarms.silence,
        RELEASE_ALARM: environment.canary,
        "training-failed": environment.in_aws,
        "decisions-lost": environment.in_aws and environment.decision_log,
    }
    assert set(alarms_of(each)) == ALARMS | {name for name, there in some.items() if there}


def test_a_release_that_fails_one_answer_in_five_rings_while_it_has_a_tenth_of_the_traffic(staging: Synthesis) -> None:
    usual, during_release = (alarms_of(staging)[name] for name in ("api-5xx-share", RELEASE_ALARM))
    share = 0.10 * 0.20

    assert during_release["Threshold"] < share < usual["Threshold"]
    assert (during_release["Period"], during_release["EvaluationPeriods"], during_release["DatapointsToAlarm"]) == (
        60,
        1,
        1,
    )
    same = ("Namespace", "MetricName", "Dimensions", "Statistic")
    assert [during_release[field] for field in same] == [usual[field] for field in same]


def test_one_hiccup_of_the_registry_does_not_ring(each: Synthesis) -> None:
    alarm = alarms_of(each)["registry-unreadable"]

    assert (alarm["Period"], alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (300, 3, 5)


def test_errors_that_the_retries_of_one_task_cure_do_not_ring(each: Synthesis) -> None:
    task = workflow(each)["States"]["Finalize"]
    retries = max(retry["MaxAttempts"] for retry in task["Retry"] if "States.TaskFailed" in retry["ErrorEquals"])
    waits = [min(2 * 2**attempt, 60) for attempt in range(retries)]
    alarms = [
        alarm for name, alarm in alarms_of(each).items() if name.startswith("batch-") and name.endswith("-errors")
    ]

    assert len(alarms) == len(TASKS)
    for alarm in alarms:
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (retries, "GreaterThanThreshold")
        assert alarm["Period"] > sum(waits)  # one that is given up after all its tries does ring


@pytest.mark.usefixtures("_no_account")
def test_every_alarm_has_a_section_in_the_runbook_that_says_what_to_do() -> None:
    prod = synthesize(replace(ENVIRONMENTS["prod"], watch_daily=True))
    sections = re.split(r"(?m)^(?=<a id=)(?<!</a>\n)", RUNBOOK.read_text())[1:]
    answered = {name for section in sections if "**Do.** " in section for name in re.findall(r'<a id="(.+)">', section)}

    assert answered == set(alarms_of(prod))
    for name, alarm in alarms_of(prod).items():
        assert alarm["AlarmDescription"].endswith(f"docs/runbook.md#{name}")


def test_alarms_ring_at_the_environments_limits(each: Synthesis) -> None:
    limits = each.environment.alarms
    alarms = alarms_of(each)

    assert {name: (alarms[name]["Threshold"], alarms[name]["ComparisonOperator"]) for name in alarms} == {
        **dict.fromkeys(alarms, (0, "GreaterThanThreshold")),
        "api-5xx-share": (limits.server_error_share, "GreaterThanThreshold"),
        "api-p99": (limits.p99_seconds * 1000, "GreaterThanThreshold"),
        "rejected-share": (limits.rejected_percent, "GreaterThanThreshold"),
        "drift": (limits.drift, "GreaterThanThreshold"),
        "blanks": (limits.blanks, "GreaterThanOrEqualToThreshold"),
        "model-age": (limits.model_age_days, "GreaterThanThreshold"),
        **{f"batch-{task}-errors": (4, "GreaterThanThreshold") for task in TASKS},
        **({RELEASE_ALARM: (limits.release_error_share, "GreaterThanThreshold")} if each.environment.canary else {}),
        **({"decisions-lost": (1, "GreaterThanThreshold")} if each.environment.in_aws else {}),
        **({"no-predictions": (1, "LessThanThreshold")} if limits.silence else {}),
        "sample-ratio": (0.001, "LessThanThreshold"),
    }


def test_our_own_metrics_are_watched_by_the_names_the_code_publishes(each: Synthesis) -> None:
    own = [alarm for alarm in alarms_of(each).values() if alarm.get("Namespace") == contract.METRIC_NAMESPACE]

    assert {alarm["MetricName"] for alarm in own} == {
        contract.METRIC_REJECTED_SHARE,
        contract.METRIC_DRIFT,
        contract.METRIC_BLANKS,
        contract.METRIC_MODEL_AGE_DAYS,
        contract.METRIC_MODEL_LOAD_FAILURES,
        contract.METRIC_REGISTRY_FAILURES,
        contract.METRIC_SAMPLE_RATIO,
        contract.METRIC_BELOW_EXPECTED,
        *([contract.METRIC_PREDICTIONS] if each.environment.alarms.silence else []),
    }
    service = {"Name": contract.DIMENSION_SERVICE, "Value": contract.service_name(each.environment.name)}
    assert [alarm["Dimensions"] for alarm in own] == [[service]] * len(own)


def test_the_share_of_server_errors_is_the_average_of_the_apis_own_metric(each: Synthesis) -> None:
    alarm = alarms_of(each)["api-5xx-share"]
    (api,) = each.properties("AWS::ApiGateway::RestApi").values()
    stage = each.only("AWS::ApiGateway::Stage")

    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/ApiGateway", "5XXError", "Average")
    assert {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]} == {
        "ApiName": api["Name"],
        "Stage": stage["StageName"],
    }


def test_function_alarms_watch_the_alias(each: Synthesis) -> None:
    watched = [_dimensions(alarm)["Resource"] for name, alarm in alarms_of(each).items() if name.endswith("-errors")]

    assert len(watched) == 1 + len(TASKS)
    assert all(resource.endswith(":live") for resource in watched)


def test_silence_is_missing_data_that_rings(prod: Synthesis) -> None:
    assert {name: alarm["TreatMissingData"] for name, alarm in alarms_of(prod).items()} == {
        **dict.fromkeys(alarms_of(prod), "notBreaching"),
        "no-predictions": "breaching",
    }


def _dimensions(alarm: Any) -> dict[str, str]:
    return {dimension["Name"]: flat(dimension["Value"]) for dimension in alarm["Dimensions"]}
