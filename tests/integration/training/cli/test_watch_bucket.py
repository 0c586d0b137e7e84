"""The daily watch on a data bucket (in process): a report that is kept, and the metrics that alarms watch."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from typing import Any

import boto3
import pytest
from mypy_boto3_s3 import S3Client

from lambda_fn import contract
from lambda_fn.registry import Artefact, Registry
from tests import factories
from tests.command_line import ask
from tests.integration.conftest import REGISTRY_BUCKET
from tests.integration.training.cli.test_loop import BUCKET, ROWS, version

__all__ = ["version"]  # the fixture: a champion, its log, and orders

REJECTED = "rejected_outcomes/rejected_outcomes.csv"
WATCH = ("watch-bucket", "--bucket", REGISTRY_BUCKET, "--data-bucket", BUCKET)


def metrics() -> dict[str, float]:
    """Return the latest value of each metric of environment dev."""
    client = boto3.client("cloudwatch")
    dimensions: Any = [{"Name": contract.DIMENSION_SERVICE, "Value": contract.service_name("dev")}]
    names = [one["MetricName"] for one in client.list_metrics(Dimensions=dimensions)["Metrics"]]
    now = dt.datetime.now(dt.UTC)
    found = {}
    for name in names:
        [point] = client.get_metric_statistics(
            Namespace=contract.METRIC_NAMESPACE, MetricName=name, Dimensions=dimensions, Period=3600,
            StartTime=now - dt.timedelta(hours=1), EndTime=now + dt.timedelta(hours=1), Statistics=["Sum"],
        )["Datapoints"]  # fmt: skip
        found[name] = point["Sum"]
    return found


def report_of_today(s3: S3Client) -> dict[str, Any]:
    key = f"{contract.WATCH_PREFIX}{dt.datetime.now(dt.UTC).date()}.json"
    report: dict[str, Any] = json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    return report


def rejected(s3: S3Client) -> list[str]:
    return s3.get_object(Bucket=BUCKET, Key=REJECTED)["Body"].read().decode().splitlines()


@pytest.mark.usefixtures("version")
def test_it_keeps_a_report_and_puts_what_the_alarms_watch(s3: S3Client) -> None:
    # Given a log and orders that have nothing to do with what was expected
    # When it runs
    stdout, _ = ask(*WATCH, "--metrics", "dev")
    # Then it says what rings and keeps the day's report
    assert stdout == "margin-below-expected"
    report = report_of_today(s3)
    outcomes = report["outcomes"]
    assert (report["matured"], report["model"], outcomes["rejected"]) == (ROWS, factories.VERSION, {"no id": 1})
    assert outcomes["rows"] == outcomes["taken"] + 1
    # And the row that was not taken, with its reason
    assert report["rejected_outcomes"] == REJECTED
    line = f's3://{BUCKET}/outcomes/july.csv,{outcomes["rows"] + 1},no id,",,2026-07-03,80"'
    assert rejected(s3) == ["file,line,reason,text", line]
    # And the metrics of the alarms are there
    found = metrics()
    assert found[contract.METRIC_MATURED] == ROWS
    assert found[contract.METRIC_BELOW_EXPECTED] >= 1
    assert found[contract.METRIC_SAMPLE_RATIO] > 0.001
    assert found[contract.METRIC_OUTCOMES_REJECTED] == 1
    assert found[contract.METRIC_OUTCOME_FILES_UNUSABLE] == 0


@pytest.mark.usefixtures("version")
def test_files_that_cannot_be_read_or_came_twice_leave_the_figures_as_they_are(s3: S3Client) -> None:
    ask(*WATCH)
    clean = report_of_today(s3)
    # Given the same file once more, one without the columns, a damaged one, and one with a wrong period
    july = s3.get_object(Bucket=BUCKET, Key="outcomes/july.csv")
    body = july["Body"].read().removesuffix(b",,2026-07-03,80\n")
    s3.put_object(Bucket=BUCKET, Key="outcomes/july.csv", Body=body, Metadata=july["Metadata"])
    s3.put_object(Bucket=BUCKET, Key="outcomes/again.csv", Body=body, Metadata=july["Metadata"])
    s3.put_object(Bucket=BUCKET, Key="outcomes/notes.txt", Body=b"call the warehouse\n")
    s3.put_object(Bucket=BUCKET, Key="outcomes/cut.csv.gz", Body=gzip.compress(body)[:50])
    s3.put_object(Bucket=BUCKET, Key="outcomes/june.csv", Body=body, Metadata={"period-start": "June"})
    # When it runs
    _, stderr = ask(*WATCH, "--metrics", "dev")
    # Then they are named and counted, and no other figure has changed
    report = report_of_today(s3)
    outcomes = report.pop("outcomes")
    unusable = {name.rpartition("/")[2] for name in outcomes["unusable_files"]}
    assert unusable == {"notes.txt", "cut.csv.gz", "june.csv"}
    assert all(reason in stderr for reason in outcomes["unusable_files"].values())
    assert outcomes["rows"] == outcomes["taken"] + outcomes["repeats"] == 2 * clean["outcomes"]["taken"]
    assert report == {name: value for name, value in clean.items() if name != "outcomes"} | {"rejected_outcomes": None}
    assert metrics()[contract.METRIC_OUTCOME_FILES_UNUSABLE] == 3
    # And the row that is no longer there has left the file of the rejected ones
    assert rejected(s3) == ["file,line,reason,text"]


def test_where_nothing_came_yet_it_says_so_and_puts_nothing(s3: S3Client) -> None:
    registry = Registry(REGISTRY_BUCKET, s3)
    registry.publish(Artefact(*factories.artefact()))
    registry.promote(factories.VERSION)
    s3.create_bucket(Bucket=BUCKET)
    stdout, stderr = ask(*WATCH, "--metrics", "dev")
    assert (stdout, "holds no decisions yet" in stderr) == ("nothing", True)
    s3.put_object(Bucket=BUCKET, Key="decisions/one", Body=b"{}")
    _, stderr = ask(*WATCH)
    assert "holds no outcomes yet" in stderr
    assert metrics() == {}
