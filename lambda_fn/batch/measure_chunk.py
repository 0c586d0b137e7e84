"""``measure_chunk``: count what the offers to one chunk's shoppers cost, by what they return."""

from __future__ import annotations

from lambda_fn.batch.chunk_lines import chunk_lines
from lambda_fn.batch.job import Chunk, Job
from lambda_fn.batch.keys import WorkArea
from lambda_fn.batch.objects import DataBucket
from lambda_fn.batch.task import Payload, data_bucket, failure_noted, lambda_handler, scorer
from lambda_fn.scoring.service import Scorer
from lambda_fn.tables.scoring import ChunkScoring
from lambda_fn.telemetry import traced


@lambda_handler
def handler(event: Payload) -> Payload:
    """Measure a chunk: ``{"bucket", "job_key", "chunk"}`` -> its index."""
    bucket = data_bucket(event)
    job = bucket.load(event["job_key"], Job)
    chunk = Chunk.model_validate(event["chunk"])
    with failure_noted(bucket, WorkArea.of(job.execution).spending_error(chunk.index)):
        with traced("load the model"):
            model = scorer(job.pins.model_version)
        with traced("measure"):
            measure_chunk(bucket, job, chunk, model)
    return {"index": chunk.index}


def measure_chunk(bucket: DataBucket, job: Job, chunk: Chunk, scorer: Scorer) -> None:
    """Write down what the offers to a chunk's shoppers cost, by what they return."""
    scoring = ChunkScoring(scorer, job.header, job.pins.as_of, dialect=job.dialect, lines_before=job.lines_before)
    spending = scoring.count_spending(chunk_lines(bucket, job, chunk))
    bucket.write(WorkArea.of(job.execution).spending(chunk.index), spending.model_dump_json().encode())
