"""``plan``: look at a dropped file, fix what its job depends on, and cut it into chunks."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Final

from pydantic import TypeAdapter

from lambda_fn import contract
from lambda_fn.batch.dropped_file import find_file
from lambda_fn.batch.errors import UnusableFile
from lambda_fn.batch.gzip_stream import unpack
from lambda_fn.batch.job import Chunk, InputFile, Job, Pins
from lambda_fn.batch.keys import WorkArea, pins_key, sibling_keys
from lambda_fn.batch.objects import DataBucket
from lambda_fn.batch.task import Payload, data_bucket, failure_noted, lambda_handler, registry
from lambda_fn.csv_io.header import Header, LacksColumns, UnusableHeader, find_header
from lambda_fn.registry import Registry
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.scoring.errors import ModelUnavailable, RegistryUnreachable
from lambda_fn.scoring.offers.assignment import Assignment
from lambda_fn.scoring.reasons import MOST_REASONS, asked_for
from lambda_fn.tables.spellings import dialect_of
from lambda_fn.telemetry import logger

METADATA_AS_OF: Final = "as-of"
METADATA_MODEL_VERSION: Final = "model-version"
METADATA_BUDGET: Final = "budget"
METADATA_ABSENT_COLUMNS: Final = "absent-columns"
METADATA_REASONS: Final = "reasons"
KNOWN_METADATA: Final = (
    METADATA_AS_OF,
    METADATA_MODEL_VERSION,
    METADATA_BUDGET,
    METADATA_ABSENT_COLUMNS,
    METADATA_REASONS,
)
AS_MISSING: Final = "missing"
MOST_UNKNOWN_METADATA: Final = 20  # keys that the report names
UNPACKED_END: Final = 2**62  # a packed file's text has no size before it is unpacked
_WAY_OUT: Final = (
    f"to have absent columns scored as missing, drop it with the metadata {METADATA_ABSENT_COLUMNS}={AS_MISSING}"
)
_AMOUNT: Final = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE]\+?\d+)?", re.ASCII)
_CHUNK_LIST: Final = TypeAdapter(list[Chunk])


@lambda_handler
def handler(event: Payload) -> Payload:
    """Plan the job of a dropped file: ``{"bucket", "key", "execution"}`` -> where the job and its chunks are.

    budget: null, or a number. With a number, every chunk is measured and the budget settled before any chunk is scored.
    refusal: null, or why the file cannot be scored. All else is null then. A faulty file is no error of this function.
    """
    bucket = data_bucket(event)
    area = WorkArea.of(event["execution"])
    try:
        with failure_noted(bucket, area.plan_error):
            job = Planner(bucket, registry(), contract.CHUNK_BYTES).plan(event["key"], event["execution"])
    except UnusableFile as refusal:
        return {"bucket": None, "job_key": None, "chunks_key": None, "budget": None, "refusal": str(refusal)}
    logger().info("planned", key=job.input.key, bytes=job.input.size_bytes, chunks=job.chunks)
    return {
        "bucket": event["bucket"],
        "job_key": area.job,
        "chunks_key": area.chunks,
        "budget": job.budget,
        "refusal": None,
    }


class Planner:
    """Makes jobs. ``chunk_bytes`` is the size of a chunk; those of a file of terabytes are larger."""

    def __init__(self, bucket: DataBucket, registry: Registry, chunk_bytes: int) -> None:
        self._bucket = bucket
        self._registry = registry
        self._chunk_bytes = chunk_bytes

    def plan(self, key: str, execution: str) -> Job:
        """Write the job and its list of chunks and return it; raise UnusableFile where the file cannot be scored."""
        file, metadata = find_file(self._bucket, key)
        earlier = self._bucket.find(pins_key(file), Pins)
        if not earlier:
            self._refuse_sibling(key)
        pins = earlier or self._pins(file, metadata)
        manifest = self._registry.load(pins.model_version).manifest
        reasons = _reasons(metadata, manifest)
        header = self._read_header(file, manifest, absent_allowed=_absent_allowed(metadata))
        if not earlier and not self._bucket.write_new(pins_key(file), pins.model_dump_json().encode()):
            return self.plan(key, execution)  # the same event, delivered twice, was quicker: share its pins
        chunks = self._cut(
            file,
            header.first_line,
            min(self._chunk_bytes, contract.EXPLAINED_CHUNK_BYTES) if reasons else self._chunk_bytes,
            whole=file.compressed or manifest.id_column is None,
        )
        job = Job(
            execution=execution,
            input=file,
            pins=pins,
            header=header.names,
            first_line=header.first_line,
            lines_before=header.lines,
            dialect=dialect_of(manifest.dialect, header),
            chunks=len(chunks),
            budget=_budget(metadata),
            reasons=reasons,
            unknown_metadata=tuple(sorted(set(metadata) - set(KNOWN_METADATA))[:MOST_UNKNOWN_METADATA]),
            planned_at=dt.datetime.now(dt.UTC),
        )
        area = WorkArea.of(execution)
        self._bucket.write(area.chunks, _CHUNK_LIST.dump_json(chunks))
        self._bucket.write(area.job, job.model_dump_json().encode())
        return job

    def _pins(self, file: InputFile, metadata: Mapping[str, str]) -> Pins:
        version, found = self._model_version(metadata), self._registry.find_routing()
        assignment = found[0].assignment if found else Assignment()
        if _budget(metadata) is not None:  # what chance offers, no budget could hold
            assignment = assignment.model_copy(update={"explore_share": 0.0})
        return Pins(model_version=version, as_of=_as_of(file, metadata), assignment=assignment)

    def _refuse_sibling(self, key: str) -> None:
        for other in sibling_keys(key):
            if self._bucket.head(other) is not None:
                raise UnusableFile(
                    f"{key} and {other} would share the names of their results; delete one, or drop it under another "
                    "name"
                )

    def _model_version(self, metadata: Mapping[str, str]) -> str:
        asked = metadata.get(METADATA_MODEL_VERSION)
        if asked is None:
            return self._registry.routing()[0].champion
        try:
            return self._registry.manifest(asked).model_version
        except RegistryUnreachable:
            raise  # it may pass, and is no fault of the file
        except ModelUnavailable as error:
            raise UnusableFile(f"x-amz-meta-{METADATA_MODEL_VERSION} asks for {asked!r}: {error}") from error

    def _read_header(self, file: InputFile, manifest: Manifest, *, absent_allowed: bool) -> Header:
        pieces = self._bucket.read(file, 0, file.size_bytes)
        ids = [manifest.id_column] if manifest.id_column else []
        inputs = [field.name for field in manifest.recipe.inputs]
        needed = ids if absent_allowed else [*ids, *inputs]
        dialect = manifest.dialect
        try:
            header = find_header(
                unpack(pieces) if file.compressed else pieces,
                needed,
                dialect.delimiter.encode(),
                dialect.encoding,
                unpacked=file.compressed,
            )
        except LacksColumns as error:
            raise UnusableFile(f"{error}; {_WAY_OUT}") from error
        except UnusableHeader as error:
            raise UnusableFile(str(error)) from error
        if absent_allowed and not set(inputs) & set(header.names):
            raise UnusableFile("the file has none of the columns that the model reads")
        return header

    def _cut(self, file: InputFile, first_line: int, smallest: int, *, whole: bool) -> list[Chunk]:
        """Return the chunks of a file, of ``smallest`` bytes or more.

        whole: only one, which is read from its beginning to its end. That is so where the text's places are not those
        of the file, and where a row's position is its id.
        """
        if whole:
            return [Chunk(index=0, start=first_line, end=UNPACKED_END)]
        size = contract.chunk_bytes(file.size_bytes, smallest)
        starts = range(first_line, max(file.size_bytes, first_line + 1), size)
        ends = [min(start + size, file.size_bytes) for start in starts]
        return [Chunk(index=i, start=start, end=end) for i, (start, end) in enumerate(zip(starts, ends, strict=True))]


def _as_of(file: InputFile, metadata: Mapping[str, str]) -> dt.date:
    """Return the date that recency counts to: the one asked for, else the day the file was dropped (UTC)."""
    asked = metadata.get(METADATA_AS_OF)
    if asked is None:
        return file.last_modified.astimezone(dt.UTC).date()
    try:
        return dt.datetime.strptime(asked, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar date has no zone
    except ValueError as error:
        raise UnusableFile(f"x-amz-meta-{METADATA_AS_OF} is {asked!r}; give a date such as 2026-11-23") from error


def _absent_allowed(metadata: Mapping[str, str]) -> bool:
    """Return whether a column that the file lacks is to be scored as missing."""
    asked = metadata.get(METADATA_ABSENT_COLUMNS)
    if asked not in (None, AS_MISSING):
        raise UnusableFile(
            f"x-amz-meta-{METADATA_ABSENT_COLUMNS} is {asked!r}; the one value it may have is {AS_MISSING}"
        )
    return asked is not None


def _reasons(metadata: Mapping[str, str], manifest: Manifest) -> int:
    """Return how many inputs that moved its risk most each scored row is to name; 0 for no such column."""
    text = metadata.get(METADATA_REASONS)
    asked = 0 if text is None else asked_for(text)
    if asked is None:
        raise UnusableFile(f"x-amz-meta-{METADATA_REASONS} is {text!r}; give a whole number from 0 to {MOST_REASONS}")
    if asked and manifest.missing == "imputed":
        raise UnusableFile(
            f"x-amz-meta-{METADATA_REASONS} asks for reasons, and model {manifest.model_version} can give none, "
            f"because it imputes what is missing; drop the file without it, or name another {METADATA_MODEL_VERSION}"
        )
    return asked


def _budget(metadata: Mapping[str, str]) -> float | None:
    """Return the largest expected spend on offers, in the policy's currency; None for no limit."""
    asked = metadata.get(METADATA_BUDGET)
    if asked is None:
        return None
    budget = float(asked) if _AMOUNT.fullmatch(asked) else math.inf
    if budget == math.inf:
        raise UnusableFile(f"x-amz-meta-{METADATA_BUDGET} is {asked!r}; give an amount such as 5000")
    return budget
