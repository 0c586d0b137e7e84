"""The data bucket and the registry, as the console reads them. What S3 refuses is said in words that help."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from console.customers import Cells, first_customers
from console.settings import ConsoleSettings
from lambda_fn import contract, s3_errors
from lambda_fn.batch.errors import UnusableFile
from lambda_fn.batch.gzip_stream import unpack
from lambda_fn.batch.keys import Outputs, WorkArea
from lambda_fn.csv_io.header import UnusableHeader
from lambda_fn.registry import Registry
from lambda_fn.scoring.artefact.manifest import METRICS_FILE, Manifest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HEAD_BYTES: Final = 512 * 1024  # of a file, to show its first rows
PIECE_BYTES: Final = 1024 * 1024
MOST_LISTED: Final = 5_000  # reports; the newest of them are shown
PACKED: Final = ".gz"
EMPTY: Final = "InvalidRange"  # S3's code where the first bytes of an empty object are asked for
_PART_REPORT: Final = re.compile(r"/\d{5}\.json$")


class StoreError(Exception):
    """The bucket did not answer as hoped; the message says what to do."""


@dataclass(frozen=True)
class ScoredFile:
    """A file that was scored. stem: its path below ``incoming/``, without the ending."""

    stem: str
    reported: dt.datetime


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    planned: whether the workflow has read the header.
    chunks: parts of the file.
    scored_chunks: parts that are done.
    """

    planned: bool = False
    chunks: int = 0
    scored_chunks: int = 0


class Store:
    """Reads and writes the data bucket. Raises StoreError."""

    def __init__(self, settings: ConsoleSettings, client: S3Client | None = None) -> None:
        self.bucket = settings.data_bucket
        self._registry_bucket = settings.registry_bucket
        self._s3: S3Client = client or boto3.client("s3", endpoint_url=settings.aws_endpoint)

    @property
    def registry(self) -> Registry:
        """The model registry."""
        if not self._registry_bucket:
            raise StoreError(_unset(contract.ENV_REGISTRY_BUCKET))
        return Registry(self._registry_bucket, self._s3)

    def drop(self, path: Path, name: str, metadata: Mapping[str, str]) -> dt.datetime:
        """Put a file where the workflow picks it up, and return when it got there."""
        key = contract.INCOMING_PREFIX + name
        with path.open("rb") as body, _explained(self.bucket):
            self._s3.put_object(Bucket=self._named(), Key=key, Body=body, Metadata=dict(metadata))
            return self._s3.head_object(Bucket=self.bucket, Key=key)["LastModified"]

    def scored_files(self) -> list[ScoredFile]:
        """Return the files with a report, the latest report first."""
        found: list[ScoredFile] = []
        with _explained(self.bucket):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._named(),
                Prefix=contract.REPORTS_PREFIX,
                PaginationConfig={"MaxItems": MOST_LISTED},
            )
            for page in pages:
                for item in page.get("Contents", []):
                    if not item["Key"].startswith(contract.WATCH_PREFIX):
                        stem = item["Key"].removeprefix(contract.REPORTS_PREFIX).removesuffix(".json")
                        found.append(ScoredFile(stem, item["LastModified"]))
        return sorted(found, key=lambda file: file.reported, reverse=True)

    def report(self, stem: str, since: dt.datetime | None = None) -> dict[str, Any] | None:
        """Return a file's report; None where there is none, or only one from before ``since``."""
        return self._document(f"{contract.REPORTS_PREFIX}{stem}.json", since)

    def failure(self, stem: str, since: dt.datetime | None = None) -> dict[str, Any] | None:
        """Return the note that says why a file could not be scored; None where there is none."""
        return self._document(f"{contract.FAILED_PREFIX}{stem}.json", since)

    def watch_report(self) -> tuple[str, dict[str, Any]] | None:
        """Return the latest report of the daily watch over decisions, after its day; None where there is none."""
        with _explained(self.bucket):
            listed = self._s3.get_paginator("list_objects_v2")
            pages = listed.paginate(Bucket=self._named(), Prefix=contract.WATCH_PREFIX)
            days = [item["Key"] for page in pages for item in page.get("Contents", [])]
        report = self._document(max(days)) if days else None
        return None if report is None else (max(days).removeprefix(contract.WATCH_PREFIX).removesuffix(".json"), report)

    def progress(self, key: str, since: dt.datetime) -> Progress:
        """Say how far the workflow is with the file dropped under ``key`` at ``since``."""
        with _explained(self.bucket):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._named(),
                Prefix=contract.WORK_PREFIX,
                PaginationConfig={"MaxItems": MOST_LISTED},
            )
            recent = [
                item["Key"] for page in pages for item in page.get("Contents", []) if item["LastModified"] >= since
            ]
        for job_key in (name for name in recent if name.endswith("/job.json")):
            job = self._document(job_key)
            if job is not None and job["input"]["key"] == key:
                area = WorkArea.holding(job_key).prefix
                done = sum(1 for name in recent if name.startswith(area) and _PART_REPORT.search(name))
                return Progress(True, int(job["chunks"]), min(done, int(job["chunks"])))
        return Progress()

    def first_rows(self, key: str, most: int) -> list[dict[str, str]]:
        """Return the first rows of a scored or rejected file, at most ``most``, and at most its first half megabyte."""
        found = self._beginning(key)
        return [] if found is None else read_rows(found.data, most, cut=found.cut)

    def first_customers(self, key: str, manifest: Manifest, most: int) -> dict[str, Cells]:
        """Return the first customers of a dropped file by id, as the model of ``manifest`` reads it."""
        found = self._beginning(key)
        try:
            return {} if found is None else first_customers(found.data, manifest, most, cut=found.cut)
        except UnusableHeader as error:
            raise StoreError(f"{key} cannot be read: {error}") from error

    def metrics(self, version: str) -> dict[str, Any]:
        """Return a version's ``metrics.json``, with the explained shoppers; nothing where it has none."""
        if not self._registry_bucket:
            raise StoreError(_unset(contract.ENV_REGISTRY_BUCKET))
        key = f"{contract.MODELS_PREFIX}{version}/{METRICS_FILE}"
        try:
            with _explained(self._registry_bucket, contract.ENV_REGISTRY_BUCKET):
                found: dict[str, Any] = json.loads(
                    self._s3.get_object(Bucket=self._registry_bucket, Key=key)["Body"].read()
                )
                return found
        except _Absent:
            return {}

    def lines(self, key: str) -> Iterator[bytes]:
        """Yield the pieces of an object as they come."""
        with _explained(self.bucket):
            body = self._s3.get_object(Bucket=self._named(), Key=key)["Body"]
        return iter(body.iter_chunks(PIECE_BYTES))

    def size(self, key: str) -> int | None:
        """Return the size of an object in bytes; None where there is none."""
        try:
            with _explained(self.bucket):
                return self._s3.head_object(Bucket=self._named(), Key=key)["ContentLength"]
        except _Absent:
            return None

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object into a file."""
        with path.open("wb") as target:
            for piece in self.lines(key):
                target.write(piece)

    def _document(self, key: str, since: dt.datetime | None = None) -> dict[str, Any] | None:
        try:
            with _explained(self.bucket):
                answer = self._s3.get_object(Bucket=self._named(), Key=key)
                if since is not None and answer["LastModified"] < since:
                    return None
                document: dict[str, Any] = json.loads(answer["Body"].read())
                return document
        except _Absent:
            return None

    def _beginning(self, key: str) -> _Beginning | None:
        """Return the first bytes of a file's text; None where there is no such file."""
        try:
            with _explained(self.bucket):
                answer = self._s3.get_object(Bucket=self._named(), Key=key, Range=f"bytes=0-{HEAD_BYTES - 1}")
                with closing(answer["Body"]) as body:
                    data = body.read(HEAD_BYTES)  # a server may ignore a range
        except _Absent:
            return None
        whole = len(data) < HEAD_BYTES
        if not key.endswith(PACKED):
            return _Beginning(data, cut=not whole)
        text = _unpacked(data)
        return _Beginning(text[:HEAD_BYTES], cut=not whole or len(text) > HEAD_BYTES)

    def _named(self) -> str:
        if not self.bucket:
            raise StoreError(_unset(contract.ENV_DATA_BUCKET))
        return self.bucket


def read_rows(data: bytes, most: int, *, cut: bool = False) -> list[dict[str, str]]:
    """Return the rows of the beginning of a CSV that the batch wrote. ``cut``: leave its last line out."""
    text = (data[: data.rfind(b"\n") + 1] if cut else data).decode("utf-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: cell or "" for name, cell in row.items() if name} for row in islice(rows, most)]


def outputs_of(name: str) -> Outputs:
    """Return the keys of what becomes of the file dropped under a name."""
    return Outputs.of(contract.INCOMING_PREFIX + name)


class _Absent(StoreError):
    """There is no such object, or it is empty."""


class _Beginning(NamedTuple):
    """The first bytes of a file, unpacked. cut: whether its last line may not be whole."""

    data: bytes
    cut: bool


def _unpacked(data: bytes) -> bytes:
    """Return more than HEAD_BYTES of what the beginning of a packed file holds, or all of it."""
    text = b""
    with suppress(UnusableFile):  # it breaks off, because only its beginning is here
        for piece in unpack([data]):
            text += piece
            if len(text) > HEAD_BYTES:
                break
    return text


class _explained:  # noqa: N801  # reads like the function it is
    """Translates what S3 refuses."""

    def __init__(self, bucket: str, setting: str = contract.ENV_DATA_BUCKET) -> None:
        self._bucket = bucket
        self._setting = setting

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, (ClientError, BotoCoreError)):
            return
        code = s3_errors.error_code(error)
        if s3_errors.is_absent(error) or code == EMPTY:
            raise _Absent("It is not in the bucket any more.") from error
        if s3_errors.is_bucket_absent(error):
            raise StoreError(f"There is no bucket {self._bucket}. Check {self._setting}.") from error
        raise StoreError(
            f"The bucket {self._bucket} does not answer ({code}). Check the AWS profile of the shell that started the "
            "console, and that the environment is up."
        ) from error


def _unset(name: str) -> str:
    return f"No bucket is set. Set {name} to the one that `make outputs` prints, and start the console again."
