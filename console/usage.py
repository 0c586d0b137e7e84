"""What was predicted and scored by day: from CloudWatch, or from the reports in the bucket where it has no metrics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from console.backend import Backend
from lambda_fn import contract

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

DAY_SECONDS: Final = 86_400
MOST_REPORTS: Final = 200
READ_AT_ONCE: Final = 8
PERCENTILE: Final = "p95"
EXPECTED, RECOVERABLE, LATENCY = "Expected margin", "Recoverable margin", "Latency, ms"
# Name on the page -> metric and statistic.
ASKED: Final = {
    "Predictions": (contract.METRIC_PREDICTIONS, "Sum"),
    **{level: (name, "Sum") for level, name in contract.METRIC_PREDICTIONS_BY_RISK.items()},
    LATENCY: (contract.METRIC_PREDICTION_LATENCY, PERCENTILE),
    "Rows scored": (contract.METRIC_ROWS_SCORED, "Sum"),
    "Rows rejected": (contract.METRIC_ROWS_REJECTED, "Sum"),
    "Drift": (contract.METRIC_DRIFT, "Maximum"),
    EXPECTED: (contract.METRIC_EXPECTED_MARGIN, "Sum"),
    RECOVERABLE: (contract.METRIC_RECOVERABLE_MARGIN, "Sum"),
}


@dataclass(frozen=True)
class Usage:
    """Numbers by day. source: where they come from, in words; series: name -> day -> number."""

    source: str
    series: dict[str, dict[dt.date, float]]

    @property
    def empty(self) -> bool:
        """Whether nothing was predicted or scored."""
        return not any(any(days.values()) for days in self.series.values())


def usage(backend: Backend, days: int, now: dt.datetime, client: CloudWatchClient | None = None) -> Usage:
    """Return the usage of the last ``days`` days."""
    found = from_cloudwatch(backend, days, now, client)
    return (
        from_reports(recent_reports(backend, now - dt.timedelta(days=days))) if found is None or found.empty else found
    )


def from_cloudwatch(
    backend: Backend, days: int, now: dt.datetime, client: CloudWatchClient | None = None
) -> Usage | None:
    """Return what CloudWatch counted; None where it does not answer, or not to us."""
    service = contract.service_name(backend.settings.environment)
    queries: list[Any] = [
        {
            "Id": f"m{place}",
            "MetricStat": {
                "Metric": {
                    "Namespace": contract.METRIC_NAMESPACE,
                    "MetricName": metric,
                    "Dimensions": [{"Name": contract.DIMENSION_SERVICE, "Value": service}],
                },
                "Period": DAY_SECONDS,
                "Stat": statistic,
            },
        }
        for place, (metric, statistic) in enumerate(ASKED.values())
    ]
    try:
        asked = client or boto3.client("cloudwatch", endpoint_url=backend.settings.aws_endpoint)
        answer = asked.get_metric_data(
            MetricDataQueries=queries, StartTime=now - dt.timedelta(days=days), EndTime=now, ScanBy="TimestampAscending"
        )
    except (BotoCoreError, ClientError):
        return None
    by_id = {one["Id"]: one for one in answer["MetricDataResults"]}
    series = {name: _days(by_id.get(f"m{place}", {})) for place, name in enumerate(ASKED)}
    return Usage(f"CloudWatch, namespace {contract.METRIC_NAMESPACE}, service {service}", series)


def recent_reports(backend: Backend, since: dt.datetime) -> list[dict[str, Any]]:
    """Return the reports since a moment, at most MOST_REPORTS, the latest first."""
    files = [file for file in backend.store.scored_files() if file.reported >= since][:MOST_REPORTS]
    with ThreadPoolExecutor(READ_AT_ONCE) as pool:
        return [found for found in pool.map(lambda file: backend.store.report(file.stem), files) if found is not None]


def from_reports(reports: Iterable[Mapping[str, Any]]) -> Usage:
    """Return what the reports say, by the day their files were dropped. Predictions of the API are not among it."""
    series: dict[str, dict[dt.date, float]] = {}

    def add(name: str, day: dt.date, number: float) -> None:
        days = series.setdefault(name, {})
        days[day] = days.get(day, 0.0) + number

    for report in reports:
        day = dropped_on(report)
        add("Files", day, 1)
        add("Rows scored", day, report["scored"])
        add("Rows rejected", day, report["rejected"])
        add(EXPECTED, day, report["expected_margin"])
        if (recoverable := report.get("recoverable_margin")) is not None:  # reports of earlier releases have none
            add(RECOVERABLE, day, recoverable)
        for level, rows in report["risk_levels"].items():
            add(level, day, rows)
        drift = series.setdefault("Drift", {})
        drift[day] = max(drift.get(day, 0.0), report["largest_stability_index"] or 0.0)
    return Usage("the reports in the bucket (files only; no metrics of the API here)", series)


def dropped_on(report: Mapping[str, Any]) -> dt.date:
    """Return the day a report's file was dropped, in UTC."""
    return dt.datetime.fromisoformat(report["input"]["last_modified"]).astimezone(dt.UTC).date()


def _days(result: Mapping[str, Any]) -> dict[dt.date, float]:
    return {
        moment.astimezone(dt.UTC).date(): value
        for moment, value in zip(result.get("Timestamps", ()), result.get("Values", ()), strict=True)
    }
