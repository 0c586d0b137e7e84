"""What S3's error codes mean."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

_ABSENT: Final = frozenset({"NoSuchKey", "NoSuchVersion", "404"})
_NO_BUCKET: Final = "NoSuchBucket"
_CONFLICT: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
_UNCHANGED: Final = frozenset({"NotModified", "304"})


def error_code(error: ClientError | BotoCoreError) -> str:
    """Return S3's code of an error; the name of its class where S3 did not answer."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def is_absent(error: ClientError | BotoCoreError) -> bool:
    """Say whether the object, or the version asked for, does not exist."""
    return error_code(error) in _ABSENT


def is_bucket_absent(error: ClientError | BotoCoreError) -> bool:
    """Say whether the bucket does not exist."""
    return error_code(error) == _NO_BUCKET


def is_conflict(error: ClientError | BotoCoreError) -> bool:
    """Say whether a condition on a write failed: somebody else changed the object."""
    return error_code(error) in _CONFLICT


def is_unchanged(error: ClientError | BotoCoreError) -> bool:
    """Say whether a conditional read found the object unchanged."""
    return error_code(error) in _UNCHANGED
