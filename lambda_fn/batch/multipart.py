"""Writing objects of any size: parts are uploaded as they fill up, or copied inside S3."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from lambda_fn.batch.objects import DataBucket

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

MINIMUM_PART_BYTES: Final = 5 * 1024 * 1024  # S3's limit for every part but the last
BUFFER_BYTES: Final = 8 * 1024 * 1024
CSV_TYPE: Final = "text/csv; charset=utf-8"
FRAMES_TYPE: Final = "application/octet-stream"


class MultipartUpload:
    """An upload in numbered parts, from 1, in any order. Without ``complete`` it leaves nothing behind."""

    def __init__(self, bucket: DataBucket, key: str, content_type: str) -> None:
        self._bucket, self._s3, self._key = bucket.name, bucket.client, key
        self._content_type = content_type
        self._parts: dict[int, CompletedPartTypeDef] = {}
        self._id = ""

    def __enter__(self) -> Self:
        answer = self._s3.create_multipart_upload(Bucket=self._bucket, Key=self._key, ContentType=self._content_type)
        self._id = answer["UploadId"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._id:
            self._s3.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._id)

    def upload(self, number: int, body: bytes) -> None:
        """Make a part of bytes."""
        answer = self._s3.upload_part(
            Bucket=self._bucket, Key=self._key, UploadId=self._id, PartNumber=number, Body=body
        )
        self._parts[number] = {"PartNumber": number, "ETag": answer["ETag"]}

    def copy(self, number: int, source: str, start: int, stop: int) -> None:
        """Make a part of the bytes ``[start, stop)`` of another object of the bucket."""
        answer = self._s3.upload_part_copy(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            PartNumber=number,
            CopySource={"Bucket": self._bucket, "Key": source},
            CopySourceRange=f"bytes={start}-{stop - 1}",
        )
        self._parts[number] = {"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]}

    def complete(self, **condition: str) -> None:
        """Put the object together; ``condition``: IfMatch or IfNoneMatch."""
        self._s3.complete_multipart_upload(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._id,
            MultipartUpload={"Parts": [self._parts[number] for number in sorted(self._parts)]},
            **condition,  # type: ignore[arg-type]
        )
        self._id = ""


class ObjectWriter:
    """Writes one object from first to last byte, holding no more than BUFFER_BYTES and what one call brings."""

    def __init__(self, bucket: DataBucket, key: str, content_type: str = CSV_TYPE) -> None:
        self._bucket, self._key, self._content_type = bucket, key, content_type
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._cleanup = ExitStack()
        self._upload: MultipartUpload | None = None
        self._parts = 0
        self.bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def write(self, data: bytes) -> None:
        """Add bytes."""
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        self.bytes += len(data)
        if self._waiting_bytes >= BUFFER_BYTES:
            self._flush()

    def complete(self, **condition: str) -> None:
        """Make the object appear; without this it never does. ``condition``: IfMatch or IfNoneMatch."""
        if self._upload is None:
            self._bucket.write(self._key, b"".join(self._waiting), self._content_type, **condition)
            return
        if self._waiting_bytes:
            self._flush()
        self._upload.complete(**condition)

    def _flush(self) -> None:
        if self._upload is None:
            self._upload = self._cleanup.enter_context(MultipartUpload(self._bucket, self._key, self._content_type))
        self._parts += 1
        self._upload.upload(self._parts, b"".join(self._waiting))
        self._waiting, self._waiting_bytes = [], 0
