"""A folder that answers as an S3 bucket does, to the calls that the registry and the batch tasks make."""
# The names of the arguments are boto3's.
# ruff: noqa: N803

from __future__ import annotations

import datetime as dt
import shutil
import threading
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from botocore.exceptions import ClientError

_COPY_BYTES: Final = 1024 * 1024
_UPLOADS: Final = ".uploads"


class FolderClient:
    """The S3 operations of one bucket. Keys are paths below ``root``; those in ``elsewhere`` lie where it says.

    Conditions (``IfMatch``, ``IfNoneMatch``) hold as in S3, among the threads of this process.
    """

    def __init__(self, root: Path, elsewhere: Mapping[str, Path] | None = None) -> None:
        self._root = root
        self._elsewhere = dict(elsewhere or {})
        self._metadata: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    def describe(self, key: str, metadata: Mapping[str, str]) -> None:
        """Give an object the metadata that it would have been uploaded with."""
        self._metadata[key] = dict(metadata)

    def head_object(self, *, Key: str, **_: Any) -> dict[str, Any]:
        """Return what there is to know of an object."""
        path = self._existing(Key, "HeadObject", "404")
        return {
            "ContentLength": path.stat().st_size,
            "ETag": _etag(path),
            "LastModified": dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC),
            "Metadata": self._metadata.get(Key, {}),
        }

    def get_object(self, *, Key: str, Range: str | None = None, IfMatch: str | None = None, **_: Any) -> dict[str, Any]:
        """Return an object's bytes, or those of a range."""
        path = self._existing(Key, "GetObject")
        if IfMatch is not None and IfMatch != _etag(path):
            raise _error("PreconditionFailed", "GetObject")
        start, stop = _span(Range, path.stat().st_size)
        status = 200 if Range is None else 206
        return {
            "Body": _Body(path, start, stop),
            "ETag": _etag(path),
            "ResponseMetadata": {"HTTPStatusCode": status},
        }

    def put_object(self, *, Key: str, Body: bytes, **condition: Any) -> dict[str, str]:
        """Write an object."""
        with self._lock:
            self._check(Key, condition, "PutObject")
            path = self._ready(Key)
            path.write_bytes(Body)
            return {"ETag": _etag(path)}

    def delete_objects(self, *, Delete: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """Delete objects; those that are not there are no error."""
        for item in Delete["Objects"]:
            self._path(item["Key"]).unlink(missing_ok=True)
        return {}

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:
        """Begin an object that is put together of parts."""
        upload = uuid.uuid4().hex
        self._parts(upload).mkdir(parents=True)
        return {"UploadId": upload}

    def upload_part(self, *, UploadId: str, PartNumber: int, Body: bytes, **_: Any) -> dict[str, str]:
        """Write a part."""
        self._part(UploadId, PartNumber).write_bytes(Body)
        return {"ETag": ""}

    def upload_part_copy(
        self, *, UploadId: str, PartNumber: int, CopySource: Mapping[str, str], CopySourceRange: str, **_: Any
    ) -> dict[str, Any]:
        """Make a part of a range of another object."""
        source = self._existing(CopySource["Key"], "UploadPartCopy")
        body = _Body(source, *_span(CopySourceRange, source.stat().st_size))
        with self._part(UploadId, PartNumber).open("wb") as part:
            for piece in body.iter_chunks(_COPY_BYTES):
                part.write(piece)
        return {"CopyPartResult": {"ETag": ""}}

    def complete_multipart_upload(
        self, *, Key: str, UploadId: str, MultipartUpload: Mapping[str, Any], **condition: Any
    ) -> dict[str, str]:
        """Put the object together."""
        with self._lock:
            self._check(Key, condition, "CompleteMultipartUpload")
            path = self._ready(Key)
            with path.open("wb") as whole:
                for part in MultipartUpload["Parts"]:
                    with self._part(UploadId, part["PartNumber"]).open("rb") as piece:
                        shutil.copyfileobj(piece, whole, _COPY_BYTES)
            shutil.rmtree(self._parts(UploadId))
            return {"ETag": _etag(path)}

    def abort_multipart_upload(self, *, UploadId: str, **_: Any) -> None:
        """Forget the parts of an object that is not to be."""
        shutil.rmtree(self._parts(UploadId), ignore_errors=True)

    def get_paginator(self, operation: str) -> _Pages:
        """Return the pages of ``list_objects_v2``, the only operation that is listed here."""
        assert operation == "list_objects_v2"
        return _Pages(self._root)

    def _path(self, key: str) -> Path:
        return self._elsewhere.get(key, self._root / key)

    def _existing(self, key: str, operation: str, code: str = "NoSuchKey") -> Path:
        path = self._path(key)
        if not path.is_file():
            raise _error(code, operation)
        return path

    def _ready(self, key: str) -> Path:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _parts(self, upload: str) -> Path:
        return self._root / _UPLOADS / upload

    def _part(self, upload: str, number: int) -> Path:
        return self._parts(upload) / f"{number:05d}"

    def _check(self, key: str, condition: Mapping[str, Any], operation: str) -> None:
        """Raise as S3 does where the object is not what the condition says."""
        path = self._path(key)
        expected, absent = condition.get("IfMatch"), condition.get("IfNoneMatch")
        if absent is not None and path.is_file():
            raise _error("PreconditionFailed", operation)
        if expected is not None and (not path.is_file() or _etag(path) != expected):
            raise _error("PreconditionFailed", operation)


class _Body:
    """The bytes ``[start, stop)`` of a file, read as a response's body is."""

    def __init__(self, path: Path, start: int, stop: int) -> None:
        self._file: IO[bytes] = path.open("rb")
        self._file.seek(start)
        self._left = stop - start

    def read(self) -> bytes:
        """Return all that is left."""
        with self._file:
            return self._file.read(self._left)

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        """Yield the bytes, ``size`` at a time."""
        with self._file:
            while piece := self._file.read(min(size, self._left)):
                self._left -= len(piece)
                yield piece

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


class _Pages:
    def __init__(self, root: Path) -> None:
        self._root = root

    def paginate(self, *, Prefix: str = "", **_: Any) -> Iterator[dict[str, Any]]:
        """Yield one page with every key below a prefix."""
        keys = sorted(path.relative_to(self._root).as_posix() for path in self._root.rglob("*") if path.is_file())
        yield {"Contents": [{"Key": key} for key in keys if key.startswith(Prefix)]}


def _etag(path: Path) -> str:
    """Return what tells versions of a file apart, without reading it."""
    about = path.stat()
    return f'"{about.st_size:x}-{about.st_mtime_ns:x}"'


def _span(header: str | None, size: int) -> tuple[int, int]:
    """Return the places that a Range header such as ``bytes=0-99`` names, as ``[start, stop)``."""
    if header is None:
        return 0, size
    first, _, last = header.removeprefix("bytes=").partition("-")
    return int(first), min(int(last) + 1, size)


def _error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)
