"""The lines that a chunk owns, read from the dropped file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lambda_fn.batch.gzip_stream import unpack
from lambda_fn.batch.job import Chunk, Job
from lambda_fn.batch.objects import DataBucket
from lambda_fn.csv_io.blocks import OwnedLines, reading_range
from lambda_fn.csv_io.encoding import Encoding


def chunk_lines(bucket: DataBucket, job: Job, chunk: Chunk) -> OwnedLines:
    """Return the lines of a chunk: those that begin in it, whole, with what the reader needs before and after them."""
    start = max(chunk.start, job.first_line)
    encoding = Encoding(job.dialect.encoding)
    first, last = reading_range(job.first_line, start, chunk.end, encoding)
    return OwnedLines(_text(bucket, job, first, last), offset=first, start=start, end=chunk.end, encoding=encoding)


def _text(bucket: DataBucket, job: Job, first: int, last: int) -> Iterator[bytes]:
    """Yield the bytes ``[first, last)`` of the file's text."""
    if not job.input.compressed:
        return bucket.read(job.input, first, last)
    return _skip(unpack(bucket.read(job.input, 0, job.input.size_bytes)), first)


def _skip(pieces: Iterable[bytes], count: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece[count:]
        count = max(count - len(piece), 0)
