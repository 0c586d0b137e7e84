"""The data bucket: reading that survives a broken connection, and S3's errors translated where they mean something."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, TypeVar

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from pydantic import BaseModel
from urllib3.exceptions import HTTPError as Urllib3Error

from lambda_fn.batch.errors import JobBroken, UnusableFile
from lambda_fn.batch.job import InputFile
from lambda_fn.s3_errors import is_absent, is_conflict

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PIECE_BYTES: Final = 768 * 1024  # few enough for the processor's caches, many enough that calls do not count
READ_ATTEMPTS: Final = 4
PARTIAL_CONTENT: Final = 206
FIRST_WAIT_SECONDS: Final = 0.2
REQUESTS_AT_ONCE: Final = 8
DELETED_AT_ONCE: Final = 1000  # what DeleteObjects takes
_BROKEN: Final = (HTTPClientError, IncompleteReadError, Urllib3Error, OSError)

Document = TypeVar("Document", bound=BaseModel)


class DataBucket:
    """The bucket that files are dropped into, worked on and collected from."""

    def __init__(self, name: str, client: S3Client) -> None:
        self.name = name
        self.client = client

    def head(self, key: str) -> dict[str, Any] | None:
        """Return what S3 knows of the current version of an object; None where there is none."""
        try:
            return dict(self.client.head_object(Bucket=self.name, Key=key, ChecksumMode="ENABLED"))
        except ClientError as error:
            if is_absent(error):
                return None
            raise

    def why_not_read(self, key: str) -> str:
        """Return S3's message where an object may not be read; empty where it may. A head has no message."""
        try:
            with closing(self.client.get_object(Bucket=self.name, Key=key)["Body"]):
                return ""
        except ClientError as error:
            return str(error.response.get("Error", {}).get("Message", ""))

    def read(self, file: InputFile, start: int, stop: int) -> Iterator[bytes]:
        """Yield bytes ``[start, stop)`` of one version of a file, PIECE_BYTES at a time.

        A connection that breaks is taken up again where it broke. Raises UnusableFile where the version is gone.
        """
        stop = min(stop, file.size_bytes)
        attempts = 0
        while start < stop:
            try:
                for piece in self._open(file, start, stop):
                    start += len(piece)
                    attempts = 0
                    yield piece
            except _BROKEN:
                attempts += 1
                if attempts == READ_ATTEMPTS:
                    raise
                time.sleep(FIRST_WAIT_SECONDS * 2**attempts)

    def _open(self, file: InputFile, start: int, stop: int) -> Iterator[bytes]:
        version: dict[str, Any] = {"VersionId": file.version_id} if file.version_id else {}
        try:
            answer = self.client.get_object(
                Bucket=self.name, Key=file.key, Range=f"bytes={start}-{stop - 1}", IfMatch=file.etag, **version
            )
        except ClientError as error:
            if is_absent(error):
                raise UnusableFile(f"{file.key} was deleted while it was read; drop it again") from error
            if is_conflict(error):
                raise UnusableFile(f"{file.key} was replaced while it was read; drop it again") from error
            raise
        with closing(answer["Body"]) as body:
            # A server may ignore a range; the local AWS does, where a version is named.
            pieces = body.iter_chunks(PIECE_BYTES)
            heeded = answer["ResponseMetadata"]["HTTPStatusCode"] == PARTIAL_CONTENT
            yield from pieces if heeded else _between(pieces, start, stop)

    def pieces(self, key: str) -> Iterator[bytes]:
        """Yield an object's bytes, PIECE_BYTES at a time."""
        with closing(self.client.get_object(Bucket=self.name, Key=key)["Body"]) as body:
            yield from body.iter_chunks(PIECE_BYTES)

    def span(self, key: str, start: int, stop: int) -> bytes:
        """Return bytes ``[start, stop)`` of an object."""
        return self.client.get_object(Bucket=self.name, Key=key, Range=f"bytes={start}-{stop - 1}")["Body"].read()

    def load(self, key: str, kind: type[Document]) -> Document:
        """Return a document; raise JobBroken where there is none."""
        found = self.find(key, kind)
        if found is None:
            raise JobBroken(f"{key} is missing")
        return found

    def load_all(self, keys: Sequence[str], kind: type[Document]) -> Iterator[Document]:
        """Yield documents in the order of their keys, several requests at a time, and no more documents in memory."""
        with ThreadPoolExecutor(REQUESTS_AT_ONCE) as threads:
            for first in range(0, len(keys), REQUESTS_AT_ONCE):
                yield from threads.map(lambda key: self.load(key, kind), keys[first : first + REQUESTS_AT_ONCE])

    def find(self, key: str, kind: type[Document]) -> Document | None:
        """Return a document; None where there is none."""
        try:
            body = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except ClientError as error:
            if is_absent(error):
                return None
            raise
        return kind.model_validate_json(body)

    def write(self, key: str, body: bytes, content_type: str = "application/json", **condition: str) -> None:
        """Write a small object."""
        self.client.put_object(
            Bucket=self.name,
            Key=key,
            Body=body,
            ContentType=content_type,
            **condition,  # type: ignore[arg-type]
        )

    def write_new(self, key: str, body: bytes) -> bool:
        """Write a small object unless there is one; say whether it was written."""
        try:
            self.write(key, body, IfNoneMatch="*")
        except ClientError as error:
            if is_conflict(error):
                return False
            raise
        return True

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are not there are no error."""
        for first in range(0, len(keys), DELETED_AT_ONCE):
            batch = [{"Key": key} for key in keys[first : first + DELETED_AT_ONCE]]
            answer = self.client.delete_objects(Bucket=self.name, Delete={"Objects": batch, "Quiet": True})  # type: ignore[typeddict-item]
            if failed := answer.get("Errors"):
                raise JobBroken(f"{failed[0].get('Key')} cannot be deleted: {failed[0].get('Code')}")

    def keys(self, prefix: str) -> list[str]:
        """Return the keys below a prefix."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]


def _between(pieces: Iterable[bytes], start: int, stop: int) -> Iterator[bytes]:
    """Yield bytes ``[start, stop)`` of what the pieces make together."""
    position = 0
    for piece in pieces:
        yield piece[max(start - position, 0) : max(stop - position, 0)]
        position += len(piece)
