"""The documents that the workflow's tasks share survive their JSON and refuse what they do not know."""

import datetime as dt

import pytest
from pydantic import ValidationError

from lambda_fn.batch.job import Chunk, InputFile, Job, Pins

FILE = InputFile(
    bucket="data",
    key="incoming/a.csv.gz",
    version_id=None,
    etag="e1",
    size_bytes=10,
    last_modified=dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
)
JOB = Job(
    execution="execution-1",
    input=FILE,
    pins=Pins(model_version="v20260701T120000-0123abcd", as_of=dt.date(2026, 7, 1)),
    header=("user_id", "age"),
    first_line=12,
    chunks=1,
    budget=None,
    planned_at=dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
)


def test_a_job_survives_its_json() -> None:
    assert Job.model_validate_json(JOB.model_dump_json()) == JOB


@pytest.mark.parametrize(("key", "compressed"), [("a.csv", False), ("a.csv.gz", True), ("a.CSV", False)])
def test_the_ending_says_whether_a_file_is_packed(key: str, compressed: bool) -> None:
    assert FILE.model_copy(update={"key": key}).compressed is compressed


def test_a_chunk_lies_within_the_file() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Chunk(index=0, start=-1, end=1)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Chunk.model_validate({"index": 0, "start": 0, "end": 1, "size": 1})
