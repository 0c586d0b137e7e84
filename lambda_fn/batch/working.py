"""``score_chunk``: read one chunk of the file, score its lines, write its parts; or measure what its offers cost."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from lambda_fn.batch.chunk_scoring import ChunkScoring
from lambda_fn.batch.gzip_stream import unpack
from lambda_fn.batch.job import Chunk, ChunkReport, CutOff, Job, WorkArea
from lambda_fn.batch.multipart import FRAMES_TYPE, ObjectWriter
from lambda_fn.batch.objects import DataBucket
from lambda_fn.scoring.service import Scorer
from lambda_fn.scoring.spending import Spending, add_spending, lowest_step
from lambda_fn.tabular.blocks import OwnedLines, reading_range
from lambda_fn.tabular.rejects import frame
from lambda_fn.tabular.writer import SCORED_HEADER


def score(bucket: DataBucket, job: Job, chunk: Chunk, scorer: Scorer) -> ChunkReport:
    """Score a chunk; its report, written last, says that its parts are complete."""
    started = time.monotonic()
    area = WorkArea.of(job.execution)
    cut_off = None if job.budget is None else bucket.load(area.cut_off, CutOff)
    scoring = ChunkScoring(scorer, job.header, job.pins.as_of, cut_off)
    lines = _lines(bucket, job, chunk)
    with (
        ObjectWriter(bucket, area.scored(chunk.index)) as scored,
        ObjectWriter(bucket, area.rejected(chunk.index), FRAMES_TYPE) as rejected,
    ):
        if chunk.index == 0:
            scored.write(SCORED_HEADER)
        for output in scoring.run(lines):
            scored.write(output.scored)
            rejected.write(frame(output.rejected))
        scored.complete()
        rejected.complete()
    tally = scoring.tally
    report = ChunkReport(
        index=chunk.index,
        first_byte=lines.owned[0] if lines.owned else None,
        end_byte=lines.owned[1] if lines.owned else None,
        cut_off=lines.cut_off,
        lines=tally.lines,
        joined=tally.joined,
        scored=tally.scored,
        rejected=tally.rejected,
        scored_bytes=scored.bytes,
        rejected_bytes=rejected.bytes,
        levels=tuple(tally.levels),
        choices=tuple(tally.choices),
        margin_minor=tally.margin_minor,
        spend=tally.spend,
        inputs=tally.inputs,
        seconds=round(time.monotonic() - started, 3),
    )
    bucket.write(area.report(chunk.index), report.model_dump_json().encode())
    return report


def measure(bucket: DataBucket, job: Job, chunk: Chunk, scorer: Scorer) -> None:
    """Write down what the offers to a chunk's shoppers cost, by what they return."""
    scoring = ChunkScoring(scorer, job.header, job.pins.as_of)
    spending = scoring.measure(_lines(bucket, job, chunk))
    bucket.write(WorkArea.of(job.execution).spending(chunk.index), spending.model_dump_json().encode())


def settle(bucket: DataBucket, job: Job) -> CutOff:
    """Write down what the budget pays for, from what was measured in all chunks."""
    area = WorkArea.of(job.execution)
    measured = bucket.load_all([area.spending(chunk) for chunk in range(job.chunks)], Spending)
    cut_off = CutOff(lowest_step=lowest_step(add_spending(measured), job.budget or 0.0))
    bucket.write(area.cut_off, cut_off.model_dump_json().encode())
    return cut_off


def _lines(bucket: DataBucket, job: Job, chunk: Chunk) -> OwnedLines:
    start = max(chunk.start, job.first_line)
    first, last = reading_range(job.first_line, start, chunk.end)
    return OwnedLines(_text(bucket, job, first, last), offset=first, start=start, end=chunk.end)


def _text(bucket: DataBucket, job: Job, first: int, last: int) -> Iterator[bytes]:
    """Yield the bytes ``[first, last)`` of the file's text."""
    if not job.input.compressed:
        return bucket.read(job.input, first, last)
    return _skip(unpack(bucket.read(job.input, 0, job.input.size_bytes)), first)


def _skip(pieces: Iterable[bytes], count: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece[count:]
        count = max(count - len(piece), 0)
