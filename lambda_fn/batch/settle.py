"""``settle``: decide what the budget pays for, once every chunk is measured."""

from __future__ import annotations

from lambda_fn.batch.job import Job
from lambda_fn.batch.keys import WorkArea
from lambda_fn.batch.objects import DataBucket
from lambda_fn.batch.task import Payload, data_bucket, failure_noted, lambda_handler
from lambda_fn.scoring.offers.spending import CutOff, Spending, add_spending, lowest_step


@lambda_handler
def handler(event: Payload) -> Payload:
    """Settle a job's budget: ``{"bucket", "job_key"}`` -> the lowest step that the budget pays for."""
    bucket = data_bucket(event)
    with failure_noted(bucket, WorkArea.holding(event["job_key"]).settle_error):
        return settle(bucket, bucket.load(event["job_key"], Job)).model_dump()


def settle(bucket: DataBucket, job: Job) -> CutOff:
    """Write the cut-off: what the budget pays for, from what was measured in all chunks."""
    area = WorkArea.of(job.execution)
    measured = bucket.load_all([area.spending(chunk) for chunk in range(job.chunks)], Spending)
    cut_off = CutOff(lowest_step=lowest_step(add_spending(measured), job.budget or 0.0))
    bucket.write(area.cut_off, cut_off.model_dump_json().encode())
    return cut_off
