"""A folder for a bucket: to the calls that the batch makes, it answers as S3 (here moto's) does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from training.offline.folder_client import FolderClient

BUCKET = "bucket"


@pytest.fixture(params=["folder", "moto"])
def client(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    if request.param == "folder":
        yield FolderClient(tmp_path)
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket=BUCKET)
        yield s3


def code(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


def test_what_is_written_is_read_whole_and_in_ranges(client: Any) -> None:
    client.put_object(Bucket=BUCKET, Key="work/a", Body=b"0123456789")

    whole = client.get_object(Bucket=BUCKET, Key="work/a")
    part = client.get_object(Bucket=BUCKET, Key="work/a", Range="bytes=3-5", IfMatch=whole["ETag"])
    assert (whole["Body"].read(), whole["ResponseMetadata"]["HTTPStatusCode"]) == (b"0123456789", 200)
    assert (list(part["Body"].iter_chunks(2)), part["ResponseMetadata"]["HTTPStatusCode"]) == ([b"345"[:2], b"5"], 206)
    assert client.head_object(Bucket=BUCKET, Key="work/a")["ContentLength"] == 10


def test_what_is_not_there_is_an_error_with_s3s_code(client: Any) -> None:
    assert code(lambda: client.get_object(Bucket=BUCKET, Key="none")) == "NoSuchKey"
    assert code(lambda: client.head_object(Bucket=BUCKET, Key="none")) == "404"


def test_conditions_hold(client: Any) -> None:
    first = client.put_object(Bucket=BUCKET, Key="a", Body=b"1", IfNoneMatch="*")["ETag"]
    assert code(lambda: client.put_object(Bucket=BUCKET, Key="a", Body=b"2", IfNoneMatch="*")) == "PreconditionFailed"
    client.put_object(Bucket=BUCKET, Key="a", Body=b"two", IfMatch=first)
    assert code(lambda: client.put_object(Bucket=BUCKET, Key="a", Body=b"3", IfMatch=first)) == "PreconditionFailed"
    assert code(lambda: client.get_object(Bucket=BUCKET, Key="a", IfMatch=first)) == "PreconditionFailed"


def test_an_object_is_put_together_of_parts_in_their_order(client: Any) -> None:
    client.put_object(Bucket=BUCKET, Key="source", Body=b"x" * 6_000_000)
    upload = client.create_multipart_upload(Bucket=BUCKET, Key="whole")["UploadId"]
    named = {"Bucket": BUCKET, "Key": "whole", "UploadId": upload}
    last = client.upload_part(**named, PartNumber=2, Body=b"end")["ETag"]
    source = {"CopySource": {"Bucket": BUCKET, "Key": "source"}, "CopySourceRange": "bytes=0-5999999"}
    copied = client.upload_part_copy(**named, PartNumber=1, **source)["CopyPartResult"]["ETag"]
    parts = [{"PartNumber": 1, "ETag": copied}, {"PartNumber": 2, "ETag": last}]
    client.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})

    assert client.get_object(Bucket=BUCKET, Key="whole")["Body"].read() == b"x" * 6_000_000 + b"end"


def test_an_upload_that_is_given_up_leaves_nothing(client: Any) -> None:
    upload = client.create_multipart_upload(Bucket=BUCKET, Key="whole")["UploadId"]
    client.upload_part(Bucket=BUCKET, Key="whole", UploadId=upload, PartNumber=1, Body=b"x")
    client.abort_multipart_upload(Bucket=BUCKET, Key="whole", UploadId=upload)

    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="")
    assert [page.get("Contents", []) for page in pages] == [[]]


def test_keys_are_listed_below_a_prefix_and_deleted(client: Any) -> None:
    for key in ("work/b", "work/a", "scored/a"):
        client.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "work/b"}, {"Key": "never"}], "Quiet": True})

    (page,) = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="work/")
    assert [item["Key"] for item in page["Contents"]] == ["work/a"]


def test_a_key_may_lie_elsewhere_and_has_the_metadata_it_was_given(tmp_path: Path) -> None:
    elsewhere = tmp_path / "shoppers.csv"
    elsewhere.write_bytes(b"a,b\n")
    client = FolderClient(tmp_path / "bucket", {"incoming/x.csv": elsewhere})
    client.describe("incoming/x.csv", {"budget": "5"})

    head = client.head_object(Key="incoming/x.csv")
    assert (head["ContentLength"], head["Metadata"]) == (4, {"budget": "5"})
    assert client.get_object(Key="incoming/x.csv")["Body"].read() == b"a,b\n"
