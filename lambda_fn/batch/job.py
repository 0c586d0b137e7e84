"""What a job is, where its objects lie, and what its workers report: the JSON that the workflow's tasks share."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from lambda_fn import names
from lambda_fn.scoring.drift import InputCounts

JOB_FILE = "job.json"
CHUNKS_FILE = "chunks.json"
CUT_OFF_FILE = "cut-off.json"
SPENDING_SUFFIX = ".spending"
REPORT_SUFFIX = ".json"
ERROR_SUFFIX = ".error"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class InputFile(_Frozen):
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


class Pins(_Frozen):
    """What every execution for one version of a file shares, so that a repeated one gives the same output."""

    model_version: str
    as_of: dt.date


class Job(_Frozen):
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


class Chunk(_Frozen):
    """A range of the file's bytes; of the unpacked text where the file is compressed."""

    index: int = Field(ge=0)
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class ChunkReport(_Frozen):
    """What a worker did. ``first_byte`` and ``end_byte`` bound its lines; ``cut_off``: the last one goes on."""

    index: int
    first_byte: int | None
    end_byte: int | None
    cut_off: bool
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


class CutOff(_Frozen):
    """What a budget pays for: offers of at least ``lowest_step``; None: all of them."""

    lowest_step: int | None


class Failure(_Frozen):
    """Why something failed: the class of the error and its message."""

    error: str
    message: str


@dataclass(frozen=True)
class WorkArea:
    """Keys of what one execution keeps between its tasks."""

    prefix: str

    @classmethod
    def of(cls, execution: str) -> Self:
        """Return the area of an execution."""
        return cls(f"{names.WORK_PREFIX}{execution}/")

    @classmethod
    def holding(cls, job_key: str) -> Self:
        """Return the area that a job lies in."""
        return cls(job_key.removesuffix(JOB_FILE))

    @property
    def execution(self) -> str:
        """The execution whose area this is."""
        return self.prefix.removeprefix(names.WORK_PREFIX).removesuffix("/")

    @property
    def job(self) -> str:
        """Key of the job."""
        return self.prefix + JOB_FILE

    @property
    def chunks(self) -> str:
        """Key of the list of chunks."""
        return self.prefix + CHUNKS_FILE

    def scored(self, chunk: int) -> str:
        """Key of a chunk's lines of the scored file."""
        return f"{self.prefix}{chunk:05d}.scored"

    def rejected(self, chunk: int) -> str:
        """Key of a chunk's framed rejected rows."""
        return f"{self.prefix}{chunk:05d}.rejected"

    def report(self, chunk: int) -> str:
        """Key of what a chunk's worker did."""
        return f"{self.prefix}{chunk:05d}{REPORT_SUFFIX}"

    def spending(self, chunk: int) -> str:
        """Key of what a chunk's offers cost."""
        return f"{self.prefix}{chunk:05d}{SPENDING_SUFFIX}"

    @property
    def cut_off(self) -> str:
        """Key of what the budget pays for."""
        return f"{self.prefix}{CUT_OFF_FILE}"

    def error(self, chunk: int) -> str:
        """Key of why a chunk's worker failed."""
        return f"{self.prefix}{chunk:05d}{ERROR_SUFFIX}"

    def spending_error(self, chunk: int) -> str:
        """Key of why a chunk could not be measured."""
        return self.spending(chunk) + ERROR_SUFFIX

    @property
    def plan_error(self) -> str:
        """Key of why the plan failed."""
        return f"{self.prefix}plan{ERROR_SUFFIX}"

    @property
    def finalize_error(self) -> str:
        """Key of why joining the parts failed."""
        return f"{self.prefix}finalize{ERROR_SUFFIX}"


@dataclass(frozen=True)
class Outputs:
    """Keys of what becomes of a dropped file: its own path, in other folders."""

    stem: str

    @classmethod
    def of(cls, key: str) -> Self:
        """Return the outputs of the file dropped under a key."""
        stem, _ending = names.split_ending(key)
        return cls(stem.removeprefix(names.INCOMING_PREFIX))

    @property
    def scored(self) -> str:
        """Key of the scored file."""
        return f"{names.SCORED_PREFIX}{self.stem}.csv"

    @property
    def rejected(self) -> str:
        """Key of the rejected rows."""
        return f"{names.REJECTED_PREFIX}{self.stem}.csv"

    @property
    def report(self) -> str:
        """Key of the report."""
        return f"{names.REPORTS_PREFIX}{self.stem}.json"

    @property
    def failed(self) -> str:
        """Key of the note that says why the file could not be scored."""
        return f"{names.FAILED_PREFIX}{self.stem}.json"


def pins_key(file: InputFile) -> str:
    """Return the key under which a file's pins are kept."""
    return f"{names.WORK_PREFIX}pins/{file.identity}.json"


def sibling_keys(key: str) -> list[str]:
    """Return the keys of the files whose outputs would have the same names: they differ in the ending only."""
    stem, ending = names.split_ending(key)
    return [stem + other for other in names.INCOMING_SUFFIXES if other != ending]
