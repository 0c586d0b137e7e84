"""`watch-bucket`: the watch of an environment, where its data are; what the daily build in AWS runs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lambda_fn.contract import ENV_DATA_BUCKET, ENV_ENVIRONMENT
from training.cli import options
from training.cli.console import plain_errors, result, say

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from lambda_fn.registry import Registry


def watch_bucket(
    bucket: options.RegistryBucket,
    data_bucket: Annotated[
        str, typer.Option(envvar=ENV_DATA_BUCKET, help="Bucket with decisions/, scored/ and outcomes/.")
    ],
    metrics: Annotated[
        str | None,
        typer.Option(
            "--metrics",
            envvar=ENV_ENVIRONMENT,
            help="Environment whose metrics to put, for its alarms; none if absent.",
        ),
    ] = None,
    endpoint: options.Endpoint = None,
    region: options.Region = None,
) -> None:
    """Watch what a data bucket holds, by the champion's policy; keep the report below reports/watch/, put metrics.

    Rejected rows of outcomes are written below rejected_outcomes/. A file of outcomes that cannot be read is named in
    the report, and the others are read.

    Prints the alarms that ring, or "quiet", or "nothing" where there are no decisions or no outcomes yet.
    """
    with plain_errors():
        import boto3

        from training.learning.watch import to_metrics
        from training.logged.watched_bucket import keep_report, put_metrics

        s3 = boto3.client("s3", endpoint_url=endpoint, region_name=region)
        report = _report(options.open_registry(bucket, endpoint, region), s3, data_bucket)
        if report is None:
            result("nothing")
            return
        say(f"report: s3://{data_bucket}/{keep_report(s3, data_bucket, report, dt.datetime.now(dt.UTC).date())}")
        if metrics is not None:
            figures = to_metrics(report)
            put_metrics(boto3.client("cloudwatch", endpoint_url=endpoint, region_name=region), metrics, figures)
            say(f"metrics: {', '.join(figures)}")
        result(" ".join(report["alarms"]) or "quiet")


def _report(registry: Registry, s3: S3Client, data_bucket: str) -> dict[str, Any] | None:
    from training.learning.watch import watch
    from training.logged.outcomes import read_outcomes
    from training.logged.records import read_records
    from training.logged.sources import read_files
    from training.logged.watched_bucket import DECISION_PREFIXES, OUTCOME_PREFIXES, keep_rejected, places_in

    decisions, outcomes = (places_in(s3, data_bucket, prefixes) for prefixes in (DECISION_PREFIXES, OUTCOME_PREFIXES))
    if not decisions or not outcomes:
        say(f"s3://{data_bucket} holds no {'outcomes' if decisions else 'decisions'} yet")
        return None
    routing, _ = registry.routing()
    model, assigner = registry.load(routing.champion), routing.assigner()

    def hash_id(text: str) -> str:
        return assigner.shopper_hash(text.encode()) if assigner else text

    records = read_records((file for place in decisions for file in read_files(place, s3)), hash_id)
    files = (file for place in outcomes for file in read_files(place, s3))
    found = read_outcomes(files, hash_id, id_name=model.manifest.id_name)
    say(f"{len(records.records):,} decisions; {found.rows:,} outcomes, {found.taken:,} of them taken")
    for reason in found.unusable.values():
        say(f"not read: {reason}")
    rejected = keep_rejected(s3, data_bucket, found.wrong)
    return {"model": routing.champion, "rejected_outcomes": rejected, **watch(records, found, model)}
