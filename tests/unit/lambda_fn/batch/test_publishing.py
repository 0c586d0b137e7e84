"""Publishing under a condition: S3 refuses to replace what was not seen (which moto does not do for every call)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambda_fn.batch.errors import JobBroken
from lambda_fn.batch.job import InputFile
from lambda_fn.batch.objects import DataBucket
from lambda_fn.batch.publishing import ATTEMPTS, Superseded, publish

KEY, REPORT = "scored/a.csv", "reports/a.json"
FILE = InputFile(
    bucket="data",
    key="incoming/a.csv",
    version_id="v1",
    etag="e1",
    size_bytes=1,
    last_modified=dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
)


class FakeBucket(DataBucket):
    """Objects by key: their ETag. ``write`` heeds conditions as S3 does."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {FILE.key: {"VersionId": "v1", "ETag": "e1"}}

    def head(self, key: str) -> dict[str, Any] | None:
        return self.objects.get(key)

    def put(self, condition: dict[str, str], etag: str, key: str = KEY) -> None:
        there = self.objects.get(key)
        allowed = there is None if "IfNoneMatch" in condition else there and there["ETag"] == condition["IfMatch"]
        if not allowed:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "CompleteMultipartUpload")
        self.objects[key] = {"ETag": etag}


@pytest.fixture
def bucket() -> FakeBucket:
    return FakeBucket()


def test_a_first_result_appears(bucket: FakeBucket) -> None:
    publish(bucket, FILE, {KEY: lambda condition: bucket.put(condition, "mine")})
    assert bucket.objects[KEY] == {"ETag": "mine"}


def test_an_older_result_is_replaced(bucket: FakeBucket) -> None:
    bucket.objects[KEY] = {"ETag": "older"}
    publish(bucket, FILE, {KEY: lambda condition: bucket.put(condition, "mine")})
    assert bucket.objects[KEY] == {"ETag": "mine"}


def test_the_result_of_a_later_file_is_not_replaced(bucket: FakeBucket) -> None:
    bucket.objects[FILE.key] = {"VersionId": "v2", "ETag": "e2"}
    bucket.objects[KEY] = {"ETag": "later"}
    with pytest.raises(Superseded):
        publish(bucket, FILE, {KEY: lambda condition: bucket.put(condition, "mine")})
    assert bucket.objects[KEY] == {"ETag": "later"}


@pytest.mark.parametrize("before", [None, {"ETag": "older"}])
def test_a_later_file_that_publishes_between_the_check_and_the_write_stays(
    bucket: FakeBucket, before: dict[str, str] | None
) -> None:
    if before:
        bucket.objects[KEY] = before

    def write(condition: dict[str, str]) -> None:
        bucket.objects[FILE.key] = {"VersionId": "v2", "ETag": "e2"}
        bucket.objects[KEY] = {"ETag": "later"}
        bucket.put(condition, "mine")

    with pytest.raises(Superseded):
        publish(bucket, FILE, {KEY: write})
    assert bucket.objects[KEY] == {"ETag": "later"}


def test_the_same_job_in_another_execution_is_no_obstacle(bucket: FakeBucket) -> None:
    rivals = iter(["rival"])

    def write(condition: dict[str, str]) -> None:
        for rival in rivals:
            bucket.objects[KEY] = {"ETag": rival}
        bucket.put(condition, "mine")

    publish(bucket, FILE, {KEY: write})
    assert bucket.objects[KEY] == {"ETag": "mine"}


def test_a_result_that_never_stands_still_fails_the_job(bucket: FakeBucket) -> None:
    changes = iter(range(100))

    def write(condition: dict[str, str]) -> None:
        bucket.objects[KEY] = {"ETag": f"change {next(changes)}"}
        bucket.put(condition, "mine")

    with pytest.raises(JobBroken, match=f"{ATTEMPTS} times"):
        publish(bucket, FILE, {KEY: write})


def test_the_results_of_two_jobs_do_not_mix(bucket: FakeBucket) -> None:
    # Given another job for the same file, which publishes both results after our first and before our second
    rivals = iter(["rival"])

    def write_second(condition: dict[str, str]) -> None:
        for rival in rivals:
            bucket.objects.update({KEY: {"ETag": rival}, REPORT: {"ETag": rival}})
        bucket.put(condition, "mine", REPORT)

    # When ours publishes
    publish(bucket, FILE, {KEY: lambda condition: bucket.put(condition, "mine"), REPORT: write_second})

    # Then both are ours
    assert (bucket.objects[KEY], bucket.objects[REPORT]) == ({"ETag": "mine"}, {"ETag": "mine"})


def test_a_file_that_is_dropped_while_results_are_written_does_not_stop_them_half_way(bucket: FakeBucket) -> None:
    def write_first(condition: dict[str, str]) -> None:
        bucket.put(condition, "mine")
        bucket.objects[FILE.key] = {"VersionId": "v2", "ETag": "e2"}

    publish(bucket, FILE, {KEY: write_first, REPORT: lambda condition: bucket.put(condition, "mine", REPORT)})

    assert (bucket.objects[KEY], bucket.objects[REPORT]) == ({"ETag": "mine"}, {"ETag": "mine"})


def test_other_errors_pass(bucket: FakeBucket) -> None:
    def write(_condition: dict[str, str]) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "CompleteMultipartUpload")

    with pytest.raises(ClientError, match="AccessDenied"):
        publish(bucket, FILE, {KEY: write})
