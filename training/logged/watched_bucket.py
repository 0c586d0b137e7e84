"""The watch where the data are: what a data bucket holds of the loop, the report kept there, and the metrics."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lambda_fn import contract
from training.logged.outcome_rows import WrongRow
from training.logged.rejected_outcomes import REJECTED_FILE, to_csv
from training.logged.sources import S3_SCHEME

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef
    from mypy_boto3_s3 import S3Client

DECISION_PREFIXES: Final = (contract.DECISIONS_PREFIX, contract.SCORED_PREFIX)
OUTCOME_PREFIXES: Final = (contract.OUTCOMES_PREFIX,)
REJECTED_KEY: Final = f"{contract.REJECTED_OUTCOMES_PREFIX}{REJECTED_FILE}"


def places_in(s3: S3Client, bucket: str, prefixes: Sequence[str]) -> list[str]:
    """Return those of the prefixes below which the bucket holds objects, as ``s3://bucket/prefix``."""
    return [
        f"{S3_SCHEME}{bucket}/{prefix}"
        for prefix in prefixes
        if s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("KeyCount")
    ]


def keep_report(s3: S3Client, bucket: str, report: Mapping[str, Any], day: dt.date) -> str:
    """Write the day's report to the bucket and return its key. A second look on a day replaces the first."""
    key = f"{contract.WATCH_PREFIX}{day.isoformat()}.json"
    body = json.dumps(report, indent=1, allow_nan=False).encode() + b"\n"
    s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
    return key


def keep_rejected(s3: S3Client, bucket: str, rows: Sequence[WrongRow]) -> str | None:
    """Write the rejected rows of outcomes to the bucket and return the key; without any None, and only the header.

    Each watch rejects the same rows of the same files. Writing one file anew lets a shopper's id leave it as soon as
    the outcomes with it have expired; a file a day would keep it for as long again.
    """
    s3.put_object(Bucket=bucket, Key=REJECTED_KEY, Body=to_csv(rows), ContentType="text/csv")
    return REJECTED_KEY if rows else None


def put_metrics(cloudwatch: CloudWatchClient, environment: str, figures: Mapping[str, float]) -> None:
    """Put figures under the names that the environment's alarms watch."""
    dimensions: list[DimensionTypeDef] = [
        {"Name": contract.DIMENSION_SERVICE, "Value": contract.service_name(environment)}
    ]
    cloudwatch.put_metric_data(
        Namespace=contract.METRIC_NAMESPACE,
        MetricData=[{"MetricName": name, "Value": value, "Dimensions": dimensions} for name, value in figures.items()],
    )
