"""What a job is and what its workers report: the JSON documents that the workflow's tasks share."""

from __future__ import annotations

import datetime as dt
import hashlib

from pydantic import Field

from lambda_fn.scoring.drift import InputCounts
from lambda_fn.scoring.frozen import Frozen


class InputFile(Frozen):
    """One version of a dropped file. ``checksum`` is the one that S3 keeps, as ``algorithm:value``."""

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
    """What every execution for one version of a file shares, so that a repeated one gives the same output."""

    model_version: str
    as_of: dt.date


class Job(Frozen):
    """What ``plan`` found and fixed.

    ``first_line`` is the place of the first byte after the header line; ``budget`` limits the expected spend on offers.
    """

    execution: str
    input: InputFile
    pins: Pins
    header: tuple[str, ...]
    first_line: int
    chunks: int
    budget: float | None
    planned_at: dt.datetime


class Chunk(Frozen):
    """A range of the file's bytes; of the unpacked text where the file is compressed."""

    index: int = Field(ge=0)
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class ChunkReport(Frozen):
    """What a worker did. ``first_byte`` and ``end_byte`` bound its lines; ``cut_off``: the last one goes on."""

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
    levels: tuple[int, ...]
    choices: tuple[int, ...]
    margin_minor: int
    spend: float
    inputs: dict[str, InputCounts]
    seconds: float


class Failure(Frozen):
    """Why something failed: the class of the error and its message."""

    error: str
    message: str
