"""The bucket as the console reads it: progress, reports, first rows; and what it says where S3 refuses."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client

from console.settings import ConsoleSettings
from console.store import HEAD_BYTES, Progress, Store, StoreError
from tests import factories
from tests.integration.conftest import REGISTRY_BUCKET

BUCKET = "data"
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
SOON = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
SCORED = b'user_id,abandonment_risk,warnings\n\xc3\xbc1,0.9,"age: missing"\nu2,0.1,\n'


@pytest.fixture
def bucket(s3: S3Client) -> S3Client:
    s3.create_bucket(Bucket=BUCKET)
    return s3


def store(s3: S3Client, **changes: Any) -> Store:
    settings = {"api_url": "http://x", "data_bucket": BUCKET, "registry_bucket": REGISTRY_BUCKET, **changes}
    return Store(ConsoleSettings.model_validate(settings), s3)


def put(s3: S3Client, key: str, body: bytes | dict[str, Any], bucket: str = BUCKET) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(body).encode() if isinstance(body, dict) else body)


def test_a_dropped_file_has_its_metadata_and_the_time_it_got_there(bucket: S3Client, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"id\n1\n")
    at = store(bucket).drop(file, "sale/a.csv", {"as-of": "2026-01-31", "reasons": "3"})
    found = bucket.get_object(Bucket=BUCKET, Key="incoming/sale/a.csv")
    assert (found["Body"].read(), found["Metadata"], found["LastModified"]) == (
        b"id\n1\n",
        {"as-of": "2026-01-31", "reasons": "3"},
        at,
    )


def test_reports_and_failures_older_than_the_drop_do_not_count(bucket: S3Client) -> None:
    put(bucket, "reports/sale/a.json", {"rows": 3})
    put(bucket, "failed/b.json", {"message": "no header"})
    found = store(bucket)
    assert [file.stem for file in found.scored_files()] == ["sale/a"]
    assert found.report("sale/a", LONG_AGO) == {"rows": 3}
    assert found.report("sale/a", SOON) is None
    assert found.report("none") is None
    assert found.failure("b", LONG_AGO) == {"message": "no header"}


def test_reports_of_the_daily_watch_are_no_scored_files(bucket: S3Client) -> None:
    assert store(bucket).watch_report() is None
    put(bucket, "reports/a.json", {"rows": 3})
    put(bucket, "reports/watch/2026-11-25.json", {"matured": 1})
    put(bucket, "reports/watch/2026-11-26.json", {"matured": 2})
    found = store(bucket)
    assert [file.stem for file in found.scored_files()] == ["a"]
    assert found.watch_report() == ("2026-11-26", {"matured": 2})


def test_progress_counts_the_scored_parts_of_this_file_s_job_alone(bucket: S3Client) -> None:
    put(bucket, "work/jobs/one/job.json", {"input": {"key": "incoming/a.csv"}, "chunks": 3})
    put(bucket, "work/jobs/one/00000.json", {})
    put(bucket, "work/jobs/one/00001.json", {})
    put(bucket, "work/jobs/one/00002.scored", b"")
    put(bucket, "work/jobs/other/job.json", {"input": {"key": "incoming/b.csv"}, "chunks": 9})
    put(bucket, "work/jobs/other/00000.json", {})
    found = store(bucket)
    assert found.progress("incoming/a.csv", LONG_AGO) == Progress(planned=True, chunks=3, scored_chunks=2)
    assert found.progress("incoming/c.csv", LONG_AGO) == Progress()
    assert found.progress("incoming/a.csv", SOON) == Progress()


def test_first_rows_of_a_scored_file_are_read_from_its_first_bytes(bucket: S3Client) -> None:
    line = b"u2,0.1,\n"
    put(bucket, "scored/a.csv", SCORED + line * (2 * HEAD_BYTES // len(line)))
    found = store(bucket)
    assert found.first_rows("scored/a.csv", 1) == [
        {"user_id": "ü1", "abandonment_risk": "0.9", "warnings": "age: missing"}
    ]
    everything = found.first_rows("scored/a.csv", 10**9)
    assert {len(row["user_id"]) for row in everything} == {2}  # no row is half a row
    assert len(everything) <= HEAD_BYTES // len(line)
    assert found.first_rows("scored/none.csv", 3) == []


@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_first_customers_of_a_dropped_file_are_read_by_the_model(bucket: S3Client, ending: str) -> None:
    rows = "".join(f"u{number},{number % 11}\n" for number in range(HEAD_BYTES // 4))
    text = f"user_id,impulse_buying_score\n{rows}".encode()
    put(bucket, f"incoming/a{ending}", gzip.compress(text) if ending.endswith(".gz") else text)
    found = store(bucket)
    manifest = factories.artefact()[0]
    customers = found.first_customers(f"incoming/a{ending}", manifest, 10**9)
    assert customers["u7"] == {"impulse_buying_score": "7"}
    assert 1_000 < len(customers) < HEAD_BYTES // 8
    assert all(cells["impulse_buying_score"] == str(int(name[1:]) % 11) for name, cells in customers.items())
    assert found.first_customers("incoming/none.csv", manifest, 3) == {}


def test_an_empty_file_has_no_rows(bucket: S3Client) -> None:
    put(bucket, "scored/empty.csv", b"")
    assert store(bucket).first_rows("scored/empty.csv", 3) == []


def test_a_file_that_is_no_table_of_this_shop_says_why(bucket: S3Client) -> None:
    put(bucket, "incoming/a.csv", b"name\nAda\n")
    with pytest.raises(StoreError, match=r"incoming/a.csv cannot be read: .*user_id"):
        store(bucket).first_customers("incoming/a.csv", factories.artefact()[0], 3)


def test_the_metrics_of_a_version_are_those_beside_its_model(bucket: S3Client) -> None:
    put(bucket, "models/v1/metrics.json", {"roc_auc": 0.9}, REGISTRY_BUCKET)
    assert store(bucket).metrics("v1") == {"roc_auc": 0.9}
    assert store(bucket).metrics("v2") == {}


def test_pieces_of_a_file_make_the_file(bucket: S3Client, tmp_path: Path) -> None:
    put(bucket, "scored/a.csv", SCORED)
    found = store(bucket)
    found.fetch("scored/a.csv", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == SCORED
    assert (found.size("scored/a.csv"), found.size("scored/b.csv")) == (len(SCORED), None)


def test_buckets_that_are_absent_or_not_set_say_what_to_set(bucket: S3Client) -> None:
    with pytest.raises(StoreError, match=r"There is no bucket gone\. Check APP_DATA_BUCKET\."):
        store(bucket, data_bucket="gone").scored_files()
    with pytest.raises(StoreError, match=r"There is no bucket gone\. Check APP_REGISTRY_BUCKET\."):
        store(bucket, registry_bucket="gone").metrics("v1")
    with pytest.raises(StoreError, match=r"No bucket is set\. Set APP_DATA_BUCKET"):
        store(bucket, data_bucket="").scored_files()
    with pytest.raises(StoreError, match=r"No bucket is set\. Set APP_REGISTRY_BUCKET"):
        store(bucket, registry_bucket="").metrics("v1")
    with pytest.raises(StoreError, match=r"No bucket is set\. Set APP_REGISTRY_BUCKET"):
        _ = store(bucket, registry_bucket="").registry
