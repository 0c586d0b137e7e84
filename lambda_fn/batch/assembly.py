"""Joining the chunks' parts into one object, inside S3 where they are large enough."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from lambda_fn.batch.multipart import MINIMUM_PART_BYTES, MultipartUpload
from lambda_fn.batch.objects import DataBucket
from lambda_fn.batch.task import CONNECTIONS

COPY_BYTES: Final = 1024**3  # S3 takes 5 GiB at once; smaller copies run side by side
LARGEST_COPY_BYTES: Final = 5 * 1024**3 - MINIMUM_PART_BYTES
MOST_PARTS: Final = 10_000  # of one object


class Span(NamedTuple):
    """Bytes ``[start, stop)`` of one part."""

    part: int
    start: int
    stop: int


def join_plan(sizes: Sequence[int]) -> list[list[Span]]:
    """Return the pieces that an upload is made of, out of parts of these sizes, in order: at most MOST_PARTS.

    Every piece but the last has at least MINIMUM_PART_BYTES.
    A piece of one span can be copied inside S3.
    A piece of several spans goes through memory, and has less than twice MINIMUM_PART_BYTES.

    >>> mib = 1024 * 1024
    >>> join_plan([6 * mib, 1 * mib])
    [[Span(part=0, start=0, stop=6291456)], [Span(part=1, start=0, stop=1048576)]]
    """
    copy_bytes = _copy_bytes(sizes)
    pieces: list[list[Span]] = []
    waiting: list[Span] = []
    for part, size in enumerate(sizes):
        start = 0
        if waiting:
            lacking = MINIMUM_PART_BYTES - sum(span.stop - span.start for span in waiting)
            start = lacking if size - lacking >= MINIMUM_PART_BYTES else size  # leave nothing too small to copy
            waiting.append(Span(part, 0, start))
            if start >= lacking:
                pieces.append(waiting)
                waiting = []
        if size - start >= MINIMUM_PART_BYTES:
            pieces.extend([span] for span in _cut(part, start, size, copy_bytes))
        elif size > start:
            waiting.append(Span(part, start, size))
    return [*pieces, waiting] if waiting else pieces


def _copy_bytes(sizes: Sequence[int]) -> int:
    """Return how large a copy may be: COPY_BYTES, or what leaves the parts of a huge file below MOST_PARTS."""
    left = max(MOST_PARTS - len(sizes) - 1, 1)  # besides one piece a part, and the last
    return min(max(COPY_BYTES, -(-sum(sizes) // left)), LARGEST_COPY_BYTES)


def _cut(part: int, start: int, stop: int, copy_bytes: int) -> list[Span]:
    """Cut a span into copies of at most ``copy_bytes`` and a bit, none too small."""
    spans = []
    while stop - start > copy_bytes + MINIMUM_PART_BYTES:
        spans.append(Span(part, start, start + copy_bytes))
        start += copy_bytes
    return [*spans, Span(part, start, stop)]


def join(bucket: DataBucket, keys: Sequence[str], sizes: Sequence[int], upload: MultipartUpload) -> None:
    """Make the parts of an upload out of objects, in order."""

    def make(number: int, piece: list[Span]) -> None:
        if len(piece) == 1:
            span = piece[0]
            upload.copy(number, keys[span.part], span.start, span.stop)
        else:
            upload.upload(number, b"".join(bucket.span(keys[part], start, stop) for part, start, stop in piece))

    with ThreadPoolExecutor(CONNECTIONS) as threads:  # S3 copies, this function only waits
        pieces = [threads.submit(make, number, piece) for number, piece in enumerate(join_plan(sizes), start=1)]
        try:
            for made in pieces:
                made.result()
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)  # those that wait would only delay the error
            raise
