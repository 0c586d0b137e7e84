"""The training job where the data are: the newest CSV of a bucket in, a published model out, promoted if it may be."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from lambda_fn import contract
from lambda_fn.registry import Registry
from lambda_fn.scoring.errors import RegistryConflict
from training.data.options import Say
from training.errors import DataRefused, PromotionRefused
from training.job import RunOptions, run
from training.release.promotion import check, promote

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient

ENDINGS: Final = (".csv", ".csv.gz", ".CSV")
WHY: Final = "trained where the data are"
SUBJECT_CHARACTERS: Final = 100  # what SNS takes


@dataclass(frozen=True)
class Outcome:
    """What became of a training.

    source: key of the CSV.
    version: of the published model.
    refusal: why it was not promoted; None where it was.
    """

    source: str
    version: str
    refusal: str | None


def newest_csv(s3: S3Client, bucket: str) -> str:
    """Return the key of the newest CSV below ``training/``; raise DataRefused where there is none."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=contract.TRAINING_PREFIX)
    found = [item for page in pages for item in page.get("Contents", []) if item["Key"].endswith(ENDINGS)]
    if not found:
        raise DataRefused(f"s3://{bucket}/{contract.TRAINING_PREFIX} holds no CSV: put one there, with its label")
    return max(found, key=lambda item: item["LastModified"])["Key"]


def retrain(
    s3: S3Client,
    bucket: str,
    registry: Registry,
    make_options: Callable[[Path], RunOptions],
    *,
    auto_promote: bool,
    who: str | None = None,
    say: Say = lambda _: None,
) -> Outcome:
    """Train on the newest CSV and publish; promote through the gates where ``auto_promote`` allows it.

    make_options: what to do with the local copy of the CSV.
    who: recorded as who promotes.
    Raises TrainingError where no model was published.
    """
    key = newest_csv(s3, bucket)
    say(f"training on s3://{bucket}/{key}")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / PurePosixPath(key).name
        s3.download_file(bucket, key, str(data))
        version = run(make_options(data), say).version
    if not auto_promote:
        return Outcome(key, version, "this environment leaves the promotion to people")
    try:
        found = registry.find_routing()
        promote(registry, version, check(registry, version, None, found), found, force=False, why=WHY, who=who)
    except (PromotionRefused, RegistryConflict) as error:
        return Outcome(key, version, str(error))
    return Outcome(key, version, None)


def notify(sns: SNSClient, topic: str, outcome: Outcome, bucket: str) -> None:
    """Tell the topic that a model waits for a person, and why."""
    subject = f"Trained, not promoted: {outcome.version}"
    message = (
        f"{outcome.version} was trained on {outcome.source} and published to {bucket}. It was not promoted: "
        f"{outcome.refusal}.\n\nTo promote it: python -m training promote --bucket {bucket} {outcome.version}\n"
    )
    sns.publish(TopicArn=topic, Subject=subject[:SUBJECT_CHARACTERS], Message=message)
