"""Publishing: of two files dropped under one name, the results of the later one stay, whichever is ready first.

A job publishes only if its input is still the current version of the dropped file.
Every write carries a condition: the object is still the one that was there when that was checked.
Where another job published in between, S3 refuses the write. Then the check is made again, and all of the results are
written again, so that those of two jobs do not mix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from botocore.exceptions import ClientError

from lambda_fn.batch.dropped_file import is_current
from lambda_fn.batch.errors import JobBroken
from lambda_fn.batch.job import InputFile
from lambda_fn.batch.objects import DataBucket
from lambda_fn.s3_errors import is_conflict

ATTEMPTS: Final = 5

Write = Callable[[dict[str, str]], None]  # writes under a condition: IfMatch or IfNoneMatch


class Superseded(Exception):
    """A later file of the same name was dropped; its job publishes the results."""


def publish(bucket: DataBucket, file: InputFile, results: Mapping[str, Write]) -> None:
    """Write the results of ``file``, by key, in this order; raise Superseded where a later file has taken its place."""
    for _ in range(ATTEMPTS):
        conditions = {key: _unchanged(bucket, key) for key in results}
        if not is_current(bucket, file):
            raise Superseded
        try:
            for key, write in results.items():
                write(conditions[key])
        except ClientError as error:
            if not is_conflict(error):
                raise
        else:
            return
    raise JobBroken(f"{', '.join(results)} were changed by others {ATTEMPTS} times while they were written")


def _unchanged(bucket: DataBucket, key: str) -> dict[str, str]:
    """Return the condition that an object is still the one that is there now."""
    there = bucket.head(key)
    return {"IfMatch": there["ETag"]} if there else {"IfNoneMatch": "*"}
