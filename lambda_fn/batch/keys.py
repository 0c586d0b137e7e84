"""Where a job's objects lie: the keys of the data bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from lambda_fn import contract
from lambda_fn.batch.job import InputFile

JOB_FILE = "job.json"
CHUNKS_FILE = "chunks.json"
CUT_OFF_FILE = "cut-off.json"
SPENDING_SUFFIX = ".spending"
REPORT_SUFFIX = ".json"
ERROR_SUFFIX = ".error"


@dataclass(frozen=True)
class WorkArea:
    """Keys of what one execution keeps between its tasks."""

    prefix: str

    @classmethod
    def of(cls, execution: str) -> Self:
        """Return the area of an execution."""
        return cls(f"{contract.WORK_PREFIX}{execution}/")

    @classmethod
    def holding(cls, job_key: str) -> Self:
        """Return the area that a job lies in."""
        return cls(job_key.removesuffix(JOB_FILE))

    @property
    def execution(self) -> str:
        """The execution whose area this is."""
        return self.prefix.removeprefix(contract.WORK_PREFIX).removesuffix("/")

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
    def settle_error(self) -> str:
        """Key of why the budget could not be settled."""
        return f"{self.prefix}settle{ERROR_SUFFIX}"

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
        stem, _ending = contract.split_ending(key)
        return cls(stem.removeprefix(contract.INCOMING_PREFIX))

    @property
    def scored(self) -> str:
        """Key of the scored file."""
        return f"{contract.SCORED_PREFIX}{self.stem}.csv"

    @property
    def rejected(self) -> str:
        """Key of the rejected rows."""
        return f"{contract.REJECTED_PREFIX}{self.stem}.csv"

    @property
    def report(self) -> str:
        """Key of the report."""
        return f"{contract.REPORTS_PREFIX}{self.stem}.json"

    @property
    def failed(self) -> str:
        """Key of the note that says why the file could not be scored."""
        return f"{contract.FAILED_PREFIX}{self.stem}.json"


def pins_key(file: InputFile) -> str:
    """Return the key under which a file's pins are kept."""
    return f"{contract.WORK_PREFIX}pins/{file.identity}.json"


def sibling_keys(key: str) -> list[str]:
    """Return the keys of the files whose outputs would have the same names: they differ in the ending only."""
    stem, ending = contract.split_ending(key)
    return [stem + other for other in contract.INCOMING_SUFFIXES if other != ending]
