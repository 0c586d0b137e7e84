"""Files from a local path or from S3, read alike."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from training.errors import DataRefused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

S3_SCHEME: Final = "s3://"
_GZIP_MAGIC: Final = b"\x1f\x8b"


@dataclass(frozen=True)
class SourceFile:
    """One file: where it lies, its bytes, and what its object's metadata say (nothing for a local file)."""

    name: str
    data: bytes
    metadata: dict[str, str] = field(default_factory=dict)

    def text(self) -> bytes:
        """Return the bytes, unpacked where they are gzip; raise DataRefused where that is damaged."""
        if not self.data.startswith(_GZIP_MAGIC):
            return self.data
        try:
            return gzip.decompress(self.data)
        except (OSError, EOFError, zlib.error) as error:
            raise DataRefused(f"{self.name}: the gzip is damaged ({error}): pack or copy the file again") from error


def read_files(place: str, client: S3Client | None = None) -> Iterator[SourceFile]:
    """Yield the files of a path, a folder and its folders, or ``s3://bucket/prefix``, by name.

    Raise DataRefused where there are none.
    """
    found = False
    for file in _read_s3(place, client) if place.startswith(S3_SCHEME) else _read_local(Path(place)):
        found = True
        yield file
    if not found:
        raise DataRefused(f"there is no file at {place}")


def _read_local(path: Path) -> Iterator[SourceFile]:
    paths = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    for one in paths:
        try:
            yield SourceFile(str(one), one.read_bytes())
        except OSError as error:
            raise DataRefused(f"{one} cannot be read: {error}") from error


def _read_s3(place: str, client: S3Client | None) -> Iterator[SourceFile]:
    if client is None:
        import boto3

        client = boto3.client("s3")
    bucket, _, prefix = place.removeprefix(S3_SCHEME).partition("/")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            if item["Key"].endswith("/"):
                continue
            answer = client.get_object(Bucket=bucket, Key=item["Key"])
            yield SourceFile(f"{S3_SCHEME}{bucket}/{item['Key']}", answer["Body"].read(), answer["Metadata"])
