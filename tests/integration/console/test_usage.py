"""Usage by day: from CloudWatch where it has metrics of the environment, else from the reports in the bucket."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from mypy_boto3_s3 import S3Client

from console.backend import Backend
from console.client import ApiClient
from console.settings import ConsoleSettings
from console.store import Store
from console.usage import ASKED, from_cloudwatch, usage
from lambda_fn import contract

NOW = dt.datetime.now(dt.UTC)
YESTERDAY = NOW - dt.timedelta(days=1)
SERVICE = contract.service_name("prod")


@pytest.fixture
def backend(s3: S3Client) -> Backend:
    s3.create_bucket(Bucket="data")
    settings = ConsoleSettings.model_validate(
        {"api_url": "http://x", "data_bucket": "data", "registry_bucket": "registry", "environment": "prod"}
    )
    return Backend(settings, ApiClient(settings), Store(settings, s3))


def report(scored: int) -> dict[str, Any]:
    return {
        "input": {"last_modified": YESTERDAY.isoformat()},
        "scored": scored,
        "rejected": 1,
        "expected_margin": 2.5,
        "recoverable_margin": 40.0,
        "risk_levels": {"LOW": scored},
        "largest_stability_index": 0.1,
    }


def sums(series: dict[str, dict[dt.date, float]]) -> dict[str, float]:
    return {name: sum(days.values()) for name, days in series.items() if days}


def test_cloudwatch_is_asked_for_the_environment_s_numbers_by_day(backend: Backend) -> None:
    # Given a CloudWatch that has some (moto answers no percentiles)
    client = boto3.client("cloudwatch")
    values = {"Predictions": 7.0, "HIGH": 2.0, "Latency, ms": 6.5, "Drift": 0.3, "Expected margin": 12.5}
    answered = [
        {"Id": f"m{place}", "Timestamps": [YESTERDAY], "Values": [values[name]]} if name in values
        else {"Id": f"m{place}", "Timestamps": [], "Values": []}
        for place, name in enumerate(ASKED)
    ]  # fmt: skip
    with Stubber(client) as stub:
        stub.add_response("get_metric_data", {"MetricDataResults": answered}, {
            "MetricDataQueries": [query(place, *asked) for place, asked in enumerate(ASKED.values())],
            "StartTime": NOW - dt.timedelta(days=7), "EndTime": NOW, "ScanBy": "TimestampAscending",
        })  # fmt: skip
        # When the usage of a week is asked for
        found = usage(backend, 7, NOW, client)
    # Then it is CloudWatch's, by day
    assert {name: days for name, days in found.series.items() if days} == {
        name: {YESTERDAY.date(): value} for name, value in values.items()
    }
    assert found.source == f"CloudWatch, namespace {contract.METRIC_NAMESPACE}, service {SERVICE}"


def query(place: int, metric: str, statistic: str) -> dict[str, Any]:
    dimensions = [{"Name": contract.DIMENSION_SERVICE, "Value": SERVICE}]
    return {
        "Id": f"m{place}",
        "MetricStat": {
            "Metric": {"Namespace": contract.METRIC_NAMESPACE, "MetricName": metric, "Dimensions": dimensions},
            "Period": 86_400,
            "Stat": statistic,
        },
    }


def test_without_metrics_the_reports_count(backend: Backend, s3: S3Client) -> None:
    for name, scored in (("a", 5), ("b/c", 7)):
        s3.put_object(Bucket="data", Key=f"reports/{name}.json", Body=json.dumps(report(scored)).encode())
    found = usage(backend, 7, NOW)
    assert sums(found.series) == {
        "Files": 2,
        "Rows scored": 12,
        "Rows rejected": 2,
        "Expected margin": 5.0,
        "Recoverable margin": 80.0,
        "LOW": 12,
        "Drift": 0.1,
    }
    assert found.source.startswith("the reports in the bucket")


def test_nothing_anywhere_is_empty(backend: Backend) -> None:
    assert usage(backend, 7, NOW).empty


def test_a_cloudwatch_that_refuses_leaves_it_to_the_reports(backend: Backend) -> None:
    class Refusing:
        def get_metric_data(self, **_: Any) -> Any:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetMetricData")

    refusing: Any = Refusing()
    assert from_cloudwatch(backend, 7, NOW, refusing) is None
