"""Metrics are one line of embedded metric format, with the dimensions that alarms rely on."""

import json
import time

import pytest
from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambda_fn import contract, telemetry

VALUES = {contract.METRIC_ROWS_SCORED: (MetricUnit.Count, 3.0)}


def line_of(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    [line] = capsys.readouterr().out.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def test_a_metric_has_the_service_as_its_only_dimension(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.emit(VALUES)
    line = line_of(capsys)
    [directive] = line["_aws"]["CloudWatchMetrics"]  # type: ignore[index]
    assert directive == {
        "Namespace": contract.METRIC_NAMESPACE,
        "Dimensions": [[contract.DIMENSION_SERVICE]],
        "Metrics": [{"Name": contract.METRIC_ROWS_SCORED, "Unit": "Count"}],
    }
    assert (line[contract.METRIC_ROWS_SCORED], line["service"]) == ([3.0], "cart-abandonment-local")


def test_extra_dimensions_stand_beside_the_service_alone(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.emit(VALUES, **{contract.DIMENSION_MODEL_VERSION: "v1"})
    [directive] = line_of(capsys)["_aws"]["CloudWatchMetrics"]  # type: ignore[index]
    assert directive["Dimensions"] == [["service"], ["service", "model_version"]]


@pytest.mark.parametrize(("given", "expected"), [("request-1", "request-1"), (None, "execution-1")])
def test_a_metric_carries_the_correlation_id(
    capsys: pytest.CaptureFixture[str], given: str | None, expected: str
) -> None:
    telemetry.logger().set_correlation_id("execution-1")
    telemetry.emit(VALUES, given)
    assert line_of(capsys)["correlation_id"] == expected


def test_a_line_is_what_powertools_would_write(capsys: pytest.CaptureFixture[str]) -> None:
    values = {**VALUES, contract.METRIC_DRIFT: (MetricUnit.NoUnit, 0.25)}
    by_library = Metrics(namespace=contract.METRIC_NAMESPACE, service=contract.service_name("local"))
    by_library.add_metadata("correlation_id", "request-1")
    by_library.add_dimensions(**{contract.DIMENSION_SERVICE: contract.service_name("local")}, model_version="v1")
    for name, (unit, value) in values.items():
        by_library.add_metric(name, unit, value)
    by_library.flush_metrics()
    expected = line_of(capsys)

    telemetry.emit(values, "request-1", model_version="v1")

    written = line_of(capsys)
    for line in (expected, written):
        assert abs(line["_aws"].pop("Timestamp") / 1000 - time.time()) < 60  # type: ignore[attr-defined]
    assert written == expected


def test_a_count_is_one_unless_said_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.count(contract.METRIC_JOBS_FAILED)
    assert line_of(capsys)[contract.METRIC_JOBS_FAILED] == [1.0]
