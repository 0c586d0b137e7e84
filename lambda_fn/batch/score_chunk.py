"""``score_chunk``: read one chunk of the file, score its lines, and write its parts."""

from __future__ import annotations

import time

from lambda_fn.batch.chunk_lines import chunk_lines
from lambda_fn.batch.job import Chunk, ChunkReport, Job
from lambda_fn.batch.keys import WorkArea
from lambda_fn.batch.multipart import FRAMES_TYPE, ObjectWriter
from lambda_fn.batch.objects import DataBucket
from lambda_fn.batch.task import Payload, assigner, data_bucket, failure_noted, lambda_handler, scorer
from lambda_fn.csv_io.blocks import OwnedLines
from lambda_fn.scoring.offers.assignment import Assigner
from lambda_fn.scoring.offers.spending import CutOff
from lambda_fn.scoring.service import Scorer
from lambda_fn.tables.rejected_rows import frame
from lambda_fn.tables.scoring import ChunkScoring, DecidedAs, Tally
from lambda_fn.telemetry import logger, traced


@lambda_handler
def handler(event: Payload) -> Payload:
    """Score a chunk: ``{"bucket", "job_key", "chunk"}`` -> what it read and wrote."""
    bucket = data_bucket(event)
    job = bucket.load(event["job_key"], Job)
    chunk = Chunk.model_validate(event["chunk"])
    with failure_noted(bucket, WorkArea.of(job.execution).error(chunk.index)):
        with traced("load the model"):
            model = scorer(job.pins.model_version)
        with traced("score"):
            report = score_chunk(bucket, job, chunk, model, assigner(job.pins.assignment))
    summary = report.model_dump(include={"index", "scored", "rejected", "seconds"})
    logger().info("scored a chunk", key=job.input.key, **summary)
    return summary


def score_chunk(
    bucket: DataBucket, job: Job, chunk: Chunk, scorer: Scorer, draws: Assigner | None = None
) -> ChunkReport:
    """Score a chunk; its report, written last, says that its parts are complete.

    ``draws``: control group and explorers; None where there are none.
    """
    started = time.monotonic()
    area = WorkArea.of(job.execution)
    cut_off = None if job.budget is None else bucket.load(area.cut_off, CutOff)
    decided = DecidedAs(job.input.identity, job.input.last_modified.isoformat(), draws)
    scoring = ChunkScoring(
        scorer,
        job.header,
        job.pins.as_of,
        cut_off,
        job.dialect,
        job.lines_before,
        decided=decided,
        reasons=job.reasons,
    )
    lines = chunk_lines(bucket, job, chunk)
    with (
        ObjectWriter(bucket, area.scored(chunk.index)) as scored,
        ObjectWriter(bucket, area.rejected(chunk.index), FRAMES_TYPE) as rejected,
    ):
        if chunk.index == 0:
            scored.write(scoring.header)
        for output in scoring.run(lines):
            scored.write(output.scored)
            rejected.write(frame(output.rejected))
        scored.complete()
        rejected.complete()
    report = _report(chunk, lines, scoring.tally, scored, rejected, time.monotonic() - started)
    bucket.write(area.report(chunk.index), report.model_dump_json().encode())
    return report


def _report(
    chunk: Chunk, lines: OwnedLines, tally: Tally, scored: ObjectWriter, rejected: ObjectWriter, seconds: float
) -> ChunkReport:
    return ChunkReport(
        index=chunk.index,
        first_byte=lines.owned[0] if lines.owned else None,
        end_byte=lines.owned[1] if lines.owned else None,
        ends_mid_line=lines.cut_off,
        lines=tally.lines,
        joined=tally.joined,
        scored=tally.scored,
        rejected=tally.rejected,
        scored_bytes=scored.bytes,
        rejected_bytes=rejected.bytes,
        levels=tuple(tally.levels),
        choices=tuple(tally.choices),
        nothing_known=tally.nothing_known,
        margin_minor=tally.margin_minor,
        recoverable_minor=tally.recoverable_minor,
        spend=tally.spend,
        inputs=tally.inputs,
        seconds=round(seconds, 3),
    )
