"""The API bundle under AWS's runtime client, started cold and from a snapshot."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lambda_fn import contract
from tests import events, factories
from tests.runtime.function import Machine, running
from tests.runtime.storage import BUCKETS

PROBE = """
import os

def handler(event, context):
    try:
        open(os.path.join(os.environ["LAMBDA_TASK_ROOT"], "new"), "w").close()
        wrote = True
    except OSError:
        wrote = False
    return {"home": os.environ.get("HOME"), "wrote": wrote}
"""
EMAIL = "jane.doe@example.com"
STATUS = {
    "api_health": 200,
    "api_outcomes": 200,
    "api_predict": 200,
    "api_predict_batch": 200,
    "api_predict_minimal": 200,
    "api_predict_out_of_bounds": 200,  # of a field that the small model of these tests does not read
    "api_predict_reasons": 200,
    "api_predict_unknown_category": 200,
}


@pytest.mark.parametrize("snap_start", [False, True], ids=["on-demand", "snap-start"])
def test_every_recorded_request_is_answered(
    machine: Machine, api_code: Path, variables: dict[str, str], tmp_path: Path, snap_start: bool
) -> None:
    with running(machine, api_code, contract.HANDLER_API, variables, tmp_path, snap_start=snap_start) as function:
        if snap_start:
            function.restore()
        answered = {name: function.api.invoke(events.load(name)) for name in STATUS}

    assert {name: answer["statusCode"] for name, answer in answered.items()} == STATUS
    assert json.loads(answered["api_predict"]["body"])["model_version"] == factories.VERSION


@pytest.mark.parametrize("snap_start", [False, True], ids=["on-demand", "snap-start"])
def test_without_a_model_it_starts_and_says_503(
    machine: Machine, api_code: Path, variables: dict[str, str], tmp_path: Path, snap_start: bool
) -> None:
    variables[contract.ENV_REGISTRY_BUCKET] = BUCKETS.empty
    with running(machine, api_code, contract.HANDLER_API, variables, tmp_path, snap_start=snap_start) as function:
        if snap_start:
            function.restore()
        answer = function.api.invoke(events.load("api_health"))

    assert answer["statusCode"] == 503


def test_no_path_reaches_the_log_and_the_metrics_do(
    machine: Machine, api_code: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    # Given a caller who puts an address into the path
    request = events.load("api_health")
    request["path"] = request["requestContext"]["path"] = f"{contract.API_BASE_PATH}/shoppers/{EMAIL}"
    # When it is answered, and a prediction, too, with JSON logging at AWS's own level
    with running(machine, api_code, contract.HANDLER_API, variables, tmp_path) as function:
        refused = function.api.invoke(request)
        function.api.invoke(events.load("api_predict"))
        log = function.log.read_text()
    # Then the log says that something was refused, not which path, and has the metrics
    assert refused["statusCode"] == 404
    assert "request refused" in log
    assert EMAIL not in log
    assert [line for line in log.splitlines() if "mangum" in line or "botocore" in line] == []
    assert f'"{contract.METRIC_PREDICTIONS}":[1.0]' in log.replace(" ", "")


def test_a_snapshot_holds_no_connection_to_s3(
    machine: Machine, api_code: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    port = urlsplit(variables["AWS_ENDPOINT_URL"]).port
    assert port
    with running(machine, api_code, contract.HANDLER_API, variables, tmp_path, snap_start=True) as function:
        # Given a function that has loaded its model, when its snapshot would be taken
        function.wait_for_snapshot()
        in_snapshot = function.connections_to(port)
        # And it is restored, and answers
        function.restore()
        answer = function.api.invoke(events.load("api_predict"))
        afterwards = function.connections_to(port)
    # Then the snapshot held no connection, which would have been dead by now; a new one was opened
    assert (in_snapshot, answer["statusCode"], afterwards) == (0, 200, 1)


def test_the_stand_in_is_as_strict_as_lambda(machine: Machine, tmp_path: Path) -> None:
    # Given a function that tries to write beside its code, and says what it knows of a home
    task = tmp_path / "task"
    task.mkdir()
    (task / "probe.py").write_text(PROBE)
    task.chmod(0o555)
    # When it runs, Then it could not, and knows of none
    with running(machine, task, "probe.handler", {}, tmp_path) as function:
        assert function.api.invoke({}) == {"home": None, "wrote": False}
