"""A data bucket on this machine's disk, so that a worker is measured and not a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lambda_fn.batch.job import InputFile
from lambda_fn.batch.objects import PIECE_BYTES, DataBucket


class DiskClient:
    """The few S3 operations by which a worker writes. Parts are appended to the object's file as they come."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, key: str) -> Path:
        """Return where an object lies."""
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def put_object(self, *, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803 - boto3's names
        """Write an object."""
        self.path(Key).write_bytes(Body)

    def create_multipart_upload(self, *, Key: str, **_: Any) -> dict[str, str]:  # noqa: N803
        """Begin an object."""
        self.path(Key).write_bytes(b"")
        return {"UploadId": Key}

    def upload_part(self, *, Key: str, Body: bytes, **_: Any) -> dict[str, str]:  # noqa: N803
        """Append a part."""
        with self.path(Key).open("ab") as file:
            file.write(Body)
        return {"ETag": ""}

    def complete_multipart_upload(self, **_: Any) -> None:
        """End an object."""


class DiskBucket(DataBucket):
    """Reads a file of the disk, over and over where the file is said to be larger than it is."""

    def __init__(self, folder: Path, source: Path, header_bytes: int) -> None:
        super().__init__("disk", DiskClient(folder))  # type: ignore[arg-type]
        self._source = source
        self._header_bytes = header_bytes
        self._period = source.stat().st_size - header_bytes

    def read(self, file: InputFile, start: int, stop: int) -> Iterator[bytes]:
        """Yield bytes ``[start, stop)``; what follows the header is repeated without end."""
        stop = min(stop, file.size_bytes)
        with self._source.open("rb") as source:
            while start < stop:
                turn = max(start - self._header_bytes, 0) // self._period
                place = start - turn * self._period
                source.seek(place)
                piece = source.read(min(PIECE_BYTES, stop - start, self._header_bytes + self._period - place))
                start += len(piece)
                yield piece
