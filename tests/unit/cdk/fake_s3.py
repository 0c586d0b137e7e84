"""S3 in memory: as much of it as the clients of a deployed environment use."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any


class NoSuchKey(Exception):
    """There is no object of that key."""


@dataclass
class FakeS3:
    """Objects by bucket and key."""

    objects: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    exceptions: Any = field(default_factory=lambda: SimpleNamespace(NoSuchKey=NoSuchKey))

    def create_bucket(self, Bucket: str) -> None:  # noqa: N803
        assert not [bucket for bucket, _ in self.objects if bucket == Bucket]

    def put_object(self, Bucket: str, Key: str, Body: bytes, **metadata: Any) -> None:  # noqa: N803
        self.objects[Bucket, Key] = {"Metadata": {}, **metadata, "Bytes": Body, "LastModified": datetime.now(UTC)}

    def head_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        return self.objects[Bucket, Key]

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if (Bucket, Key) not in self.objects:
            raise NoSuchKey
        found = self.objects[Bucket, Key]
        return {**found, "Body": io.BytesIO(found["Bytes"])}

    def close(self) -> None:
        """Have nothing to close."""
