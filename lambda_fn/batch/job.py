"""What a job is and what its workers report: the JSON documents that the workflow's tasks share."""

from __future__ import annotations

import datetime as dt
import hashlib

from pydantic import Field

from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.drift import InputCounts
from lambda_fn.scoring.frozen import Frozen
from lambda_fn.scoring.offers.assignment import Assignment


class InputFile(Frozen):
    """One version of a dropped file.

    version_id: S3's version of the object; None where the bucket keeps no versions.
    etag: S3's tag of its content.
    checksum: the checksum that S3 keeps, as ``algorithm:value``.
    """

    bucket: str
    key: str
    version_id: str | None
    etag: str
    size_bytes: int = Field(ge=0)
    last_modified: dt.datetime
    checksum: str | None = None

    @property
    def compressed(self) -> bool:
        """Whether it is to be read through gzip."""
        return self.key.endswith(".gz")

    @property
    def identity(self) -> str:
        """A name of this very version, for keys: the same for every delivery of its event."""
        named = "\0".join((self.bucket, self.key, self.version_id or "", self.etag))
        return hashlib.sha256(named.encode()).hexdigest()[:32]


class Pins(Frozen):
    """What every execution for one version of a file shares, so that a rerun gives the same output.

    assignment: shares of control group and exploration, and which key they are drawn with; the key itself stays in the
        registry.
    """

    model_version: str
    as_of: dt.date
    assignment: Assignment = Assignment()


class Job(Frozen):
    """What ``plan`` found and fixed.

    execution: name of the workflow's execution.
    pins: what a rerun of the same file shares.
    header: names of the columns.
    first_line: place of the first byte after the header line.
    lines_before: how many lines come before that byte.
    dialect: how the file is written.
    chunks: number of chunks.
    budget: largest expected spend on offers, in the policy's currency; None for no limit.
    reasons: how many inputs that moved its risk most each scored row names; 0: the scored file has no such column.
    unknown_metadata: keys of the object's metadata that mean nothing here.
    planned_at: when the plan was made.
    """

    execution: str
    input: InputFile
    pins: Pins
    header: tuple[str, ...]
    first_line: int
    lines_before: int = 1
    dialect: Dialect = DEFAULT_DIALECT
    chunks: int
    budget: float | None
    reasons: int = 0
    unknown_metadata: tuple[str, ...] = ()
    planned_at: dt.datetime


class Chunk(Frozen):
    """Bytes ``[start, end)`` of the file, or of its unpacked text where the file is compressed."""

    index: int = Field(ge=0)
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class ChunkReport(Frozen):
    """What a worker did with one chunk.

    index: number of the chunk, from 0.
    first_byte, end_byte: the range of bytes that its lines take up; None where it owns no line.
    ends_mid_line: whether its last line goes on behind ``end_byte``, because it is too long to be followed.
    lines: number of lines.
    joined: number of lines that continue the row of the line before.
    scored, rejected: number of rows.
    scored_bytes, rejected_bytes: size of the parts written.
    nothing_known: scored rows of which every input is missing.
    levels: scored rows per risk level.
    choices: scored rows per choice of the policy.
    margin_minor: expected margin as written, in hundredths of the currency.
    recoverable_minor: margin that abandonment is expected to cost, in hundredths of the currency.
    spend: expected cost of the offers, in currency; 0 without a budget.
    inputs: counts of the input values, for drift.
    seconds: time taken.
    """

    index: int
    first_byte: int | None
    end_byte: int | None
    ends_mid_line: bool
    lines: int
    joined: int
    scored: int
    rejected: int
    scored_bytes: int
    rejected_bytes: int
    nothing_known: int = 0
    levels: tuple[int, ...]
    choices: tuple[int, ...]
    margin_minor: int
    recoverable_minor: int = 0
    spend: float
    inputs: dict[str, InputCounts]
    seconds: float


class Failure(Frozen):
    """Why a task failed.

    error: class of the error.
    message: its message.
    """

    error: str
    message: str
