"""Publishing: of two files dropped under one name, the results of the later one stay, whichever is ready first.

A result appears only if its input is still the current version of the dropped file, and only over what was there when
that was checked. If another job publishes in between, S3 refuses the write, and the check is made again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from botocore.exceptions import ClientError

from lambda_fn.batch.errors import JobBroken
from lambda_fn.batch.job import InputFile
from lambda_fn.batch.objects import DataBucket, is_conflict

ATTEMPTS: Final = 5

Write = Callable[[dict[str, str]], None]  # writes under a condition: IfMatch or IfNoneMatch


class Superseded(Exception):
    """A later file of the same name was dropped; its job publishes the results."""


def publish(bucket: DataBucket, file: InputFile, key: str, write: Write) -> None:
    """Write a result of ``file`` under ``key``; raise Superseded where a later file has taken its place."""
    for _ in range(ATTEMPTS):
        there = bucket.head(key)
        condition = {"IfMatch": there["ETag"]} if there else {"IfNoneMatch": "*"}
        if not is_current(bucket, file):
            raise Superseded
        try:
            write(condition)
        except ClientError as error:
            if not is_conflict(error):
                raise
        else:
            return
    raise JobBroken(f"{key} was changed by others {ATTEMPTS} times while it was written")


def is_current(bucket: DataBucket, file: InputFile) -> bool:
    """Say whether no later file was dropped. One that was deleted meanwhile is still the latest that there was."""
    current = bucket.head(file.key)
    return current is None or (current.get("VersionId"), current["ETag"]) == (file.version_id, file.etag)
