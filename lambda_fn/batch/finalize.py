"""``finalize``: prove that nothing is lost, join the parts, report, and clear up."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import accumulate

from aws_lambda_powertools.metrics import MetricUnit

from lambda_fn import contract
from lambda_fn.batch.assembly import join
from lambda_fn.batch.fail import withdraw_failure
from lambda_fn.batch.job import ChunkReport, Job
from lambda_fn.batch.keys import Outputs, WorkArea, pins_key
from lambda_fn.batch.multipart import CSV_TYPE, MultipartUpload, ObjectWriter
from lambda_fn.batch.objects import DataBucket
from lambda_fn.batch.publishing import Superseded, publish
from lambda_fn.batch.report import Report, check_complete, find_report, make_report
from lambda_fn.batch.task import Payload, data_bucket, failure_noted, lambda_handler, registry
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.tables.rejected_rows import REJECTED_HEADER, unframe
from lambda_fn.telemetry import emit, logger


@lambda_handler
def handler(event: Payload) -> Payload:
    """Publish a job's results: ``{"bucket", "job_key"}`` -> the report's summary."""
    bucket = data_bucket(event)
    with failure_noted(bucket, WorkArea.holding(event["job_key"]).finalize_error):
        job = bucket.load(event["job_key"], Job)
        finisher = Finisher(bucket, job)
        try:
            report = finisher.finish(registry().manifest(job.pins.model_version))
        except Superseded:
            finisher.clear_up()
            logger().info("superseded by a later file of the same name", key=job.input.key)
            return {"key": job.input.key, "superseded": True}
    _emit_metrics(report)
    summary = report.model_dump(include={"rows", "scored", "rejected", "expected_margin", "model_version"})
    logger().info("finished", key=job.input.key, **summary)
    return {"key": job.input.key, "superseded": False, **summary}


class Finisher:
    """Finishes one job."""

    def __init__(self, bucket: DataBucket, job: Job) -> None:
        self._bucket = bucket
        self._job = job
        self._area = WorkArea.of(job.execution)
        self._outputs = Outputs.of(job.input.key)

    def finish(self, manifest: Manifest) -> Report:
        """Publish the scored file, the rejected rows and the report, in this order, and remove the parts.

        Raises JobBroken where the parts do not add up to the file, Superseded where a later file took its place.
        """
        finished = find_report(self._bucket, self._outputs.report)
        if not finished or finished.execution != self._job.execution:  # else an earlier attempt ended as it cleared up
            finished = self._publish(manifest)
        # Another execution for the same version may have failed meanwhile, and forgotten them.
        self._bucket.write_new(pins_key(self._job.input), self._job.pins.model_dump_json().encode())
        withdraw_failure(self._bucket, self._job.input)
        self.clear_up()
        return finished

    def clear_up(self) -> None:
        """Remove what the workers left behind."""
        area = self._area
        kinds = (area.scored, area.rejected, area.report, area.error, area.spending, area.spending_error)
        parts = [key(chunk) for chunk in range(self._job.chunks) for key in kinds]
        self._bucket.delete([*parts, area.cut_off, area.plan_error, area.settle_error, area.finalize_error])

    def _chunk_reports(self) -> list[ChunkReport]:
        keys = [self._area.report(chunk) for chunk in range(self._job.chunks)]
        return list(self._bucket.load_all(keys, ChunkReport))

    def _publish(self, manifest: Manifest) -> Report:
        started = time.monotonic()
        reports = self._chunk_reports()
        check_complete(self._job, reports)
        written: list[Report] = []

        def write_report(condition: dict[str, str]) -> None:
            written.append(make_report(self._job, reports, manifest, time.monotonic() - started))
            self._bucket.write(self._outputs.report, written[-1].model_dump_json(indent=1).encode(), **condition)

        publish(
            self._bucket,
            self._job.input,
            {
                self._outputs.scored: lambda condition: self._write_scored(reports, condition),
                self._outputs.rejected: lambda condition: self._write_rejected(reports, condition),
                self._outputs.report: write_report,
            },
        )
        return written[-1]

    def _write_scored(self, reports: Sequence[ChunkReport], condition: dict[str, str]) -> None:
        keys = [self._area.scored(report.index) for report in reports]
        with MultipartUpload(self._bucket, self._outputs.scored, CSV_TYPE) as upload:
            join(self._bucket, keys, [report.scored_bytes for report in reports], upload)
            upload.complete(**condition)

    def _write_rejected(self, reports: Sequence[ChunkReport], condition: dict[str, str]) -> None:
        lines_before = accumulate((report.lines for report in reports), initial=self._job.lines_before - 1)
        with ObjectWriter(self._bucket, self._outputs.rejected) as writer:
            writer.write(REJECTED_HEADER)
            for report, before in zip(reports, lines_before, strict=False):
                if report.rejected:
                    for lines in unframe(self._bucket.pieces(self._area.rejected(report.index)), before):
                        writer.write(lines)
            writer.complete(**condition)


def _emit_metrics(report: Report) -> None:
    emit(
        {
            contract.METRIC_ROWS_SCORED: (MetricUnit.Count, report.scored),
            contract.METRIC_ROWS_REJECTED: (MetricUnit.Count, report.rejected),
            contract.METRIC_REJECTED_SHARE: (MetricUnit.Percent, report.rejected_percent),
            contract.METRIC_EXPECTED_MARGIN: (MetricUnit.NoUnit, report.expected_margin),
            contract.METRIC_RECOVERABLE_MARGIN: (MetricUnit.NoUnit, report.recoverable_margin or 0.0),
        }
    )
    largest = {
        contract.METRIC_DRIFT: report.largest_stability_index,
        contract.METRIC_BLANKS: report.largest_rise_in_blanks,
    }
    if known := {name: (MetricUnit.NoUnit, value) for name, value in largest.items() if value is not None}:
        emit(known, **{contract.DIMENSION_MODEL_VERSION: report.model_version})
