"""The dropped file itself: which version of it there is, and whether it is still the latest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from lambda_fn.batch.errors import UnusableFile
from lambda_fn.batch.job import InputFile
from lambda_fn.batch.objects import DataBucket
from lambda_fn.s3_errors import error_code

FORBIDDEN: Final = ("403", "AccessDenied")
ENCRYPTED: Final = (
    "the file is encrypted with a KMS key (SSE-KMS) that the scoring functions may not use: upload it without that "
    "option, as the bucket encrypts it anyway, or have the key added to upload_key_arns of the environment"
)


def find_file(bucket: DataBucket, key: str) -> tuple[InputFile, Mapping[str, str]]:
    """Return the current version of a dropped file and its metadata; raise UnusableFile where there is nothing."""
    try:
        found = bucket.head(key)
    except ClientError as error:
        if error_code(error) in FORBIDDEN and "kms:" in bucket.why_not_read(key):
            raise UnusableFile(ENCRYPTED) from error
        raise
    if found is None:
        raise UnusableFile(f"{key} was deleted before it could be read; drop it again")
    if not found["ContentLength"]:
        raise UnusableFile("the file is empty: its first line must name the columns")
    file = InputFile(
        bucket=bucket.name,
        key=key,
        version_id=found.get("VersionId"),
        etag=found["ETag"],
        size_bytes=found["ContentLength"],
        last_modified=found["LastModified"],
        checksum=_checksum(found),
    )
    return file, found["Metadata"]


def is_current(bucket: DataBucket, file: InputFile) -> bool:
    """Say whether no later file was dropped under the same key. A file that was deleted meanwhile counts as current."""
    current = bucket.head(file.key)
    return current is None or (current.get("VersionId"), current["ETag"]) == (file.version_id, file.etag)


def _checksum(found: Mapping[str, Any]) -> str | None:
    """Return the checksum that S3 keeps with an object, as ``algorithm:value``."""
    kept = [(name, value) for name, value in found.items() if name.startswith("Checksum") and name != "ChecksumType"]
    return ":".join(kept[0]).removeprefix("Checksum") if kept else None
