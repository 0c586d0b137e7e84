"""A chunk's lines are read from the file, whatever its packing, and every line belongs to one chunk."""

import datetime as dt
import gzip
from collections.abc import Iterator

import pytest

from lambda_fn.batch.chunk_lines import chunk_lines
from lambda_fn.batch.job import Chunk, InputFile, Job, Pins
from lambda_fn.batch.objects import DataBucket

HEADER = b"user_id,age\n"
LINES = b"".join(b"u%d,%d\n" % (i, i) for i in range(30))


class FakeBucket(DataBucket):
    """One object in memory, read in pieces of five bytes."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def read(self, file: InputFile, start: int, stop: int) -> Iterator[bytes]:
        part = self.body[start : min(stop, file.size_bytes)]
        return (part[i : i + 5] for i in range(0, len(part), 5))


def job_of(body: bytes, key: str) -> Job:
    moment = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    return Job(
        execution="execution-1",
        input=InputFile(bucket="data", key=key, version_id=None, etag="e", size_bytes=len(body), last_modified=moment),
        pins=Pins(model_version="v1", as_of=moment.date()),
        header=("user_id", "age"),
        first_line=len(HEADER),
        chunks=1,
        budget=None,
        planned_at=moment,
    )


@pytest.mark.parametrize("size", [1, 7, 50, 1_000])
def test_the_chunks_of_a_file_give_every_line_once(size: int) -> None:
    text = HEADER + LINES
    job, bucket = job_of(text, "incoming/a.csv"), FakeBucket(text)
    starts = range(len(HEADER), len(text), size)
    chunks = [Chunk(index=i, start=start, end=min(start + size, len(text))) for i, start in enumerate(starts)]
    blocks = [block for chunk in chunks for block in chunk_lines(bucket, job, chunk)]
    assert b"".join(block for block in blocks if isinstance(block, bytes)) == LINES


def test_a_packed_file_is_one_chunk_of_its_text() -> None:
    packed = gzip.compress(HEADER + LINES)
    lines = chunk_lines(FakeBucket(packed), job_of(packed, "incoming/a.csv.gz"), Chunk(index=0, start=0, end=2**62))
    assert b"".join(block for block in lines if isinstance(block, bytes)) == LINES
    assert lines.owned == (len(HEADER), len(HEADER + LINES))
