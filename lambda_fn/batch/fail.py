"""``fail``: write a note that says why a file could not be scored, and what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from pydantic import ValidationError

from lambda_fn import contract
from lambda_fn.batch.dropped_file import find_file, is_current
from lambda_fn.batch.errors import UnusableFile
from lambda_fn.batch.job import Failure, InputFile, Job
from lambda_fn.batch.keys import ERROR_SUFFIX, REPORT_SUFFIX, SPENDING_SUFFIX, Outputs, WorkArea, pins_key
from lambda_fn.batch.objects import DataBucket
from lambda_fn.batch.report import find_report
from lambda_fn.batch.task import Payload, data_bucket, lambda_handler
from lambda_fn.scoring.frozen import Frozen
from lambda_fn.telemetry import count, logger

CORRECT_THE_FILE: Final = "Correct the file and drop it again."
RUN_AGAIN: Final = (
    "The file is untouched. Remove the cause, then start the workflow again with this execution's input, or drop the "
    "file again."
)


@lambda_handler
def handler(event: Payload) -> Payload:
    """Write down why a job failed: ``{"bucket", "key", "execution", "error"}`` -> the note."""
    note = write_failure(data_bucket(event), event["key"], event["execution"], event["error"])
    count(contract.METRIC_JOBS_FAILED)
    logger().error("a file could not be scored", key=note.input, error=note.error)
    return note.model_dump()


class FailureNote(Frozen):
    """The note that is left for whoever dropped the file."""

    input: str
    error: str
    message: str
    what_to_do: str
    execution: str


def write_failure(bucket: DataBucket, key: str, execution: str, error: Mapping[str, str]) -> FailureNote:
    """Write the note and delete the file's pins, because a cure may be another model.

    No note is written where a later file of the same name was dropped.
    The pins stay where another execution for the same version has published: a rerun needs them.

    error: ``Error`` and ``Cause``, as Step Functions reports them.
    """
    failure = _noted_failure(bucket, WorkArea.of(execution)) or _reported_failure(error)
    unusable = failure.error == contract.ERROR_UNUSABLE_FILE
    note = FailureNote(
        input=key,
        error=failure.error,
        message=failure.message,
        what_to_do=CORRECT_THE_FILE if unusable else RUN_AGAIN,
        execution=execution,
    )
    file = _file_of(bucket, key, execution)
    if file is None or is_current(bucket, file):
        bucket.write(Outputs.of(key).failed, note.model_dump_json(indent=1).encode())
    if file is not None and not _is_published(bucket, file):
        bucket.delete([pins_key(file)])
    return note


def withdraw_failure(bucket: DataBucket, file: InputFile) -> None:
    """Remove the note of an earlier try of a file that is scored now.

    The note on a later file, or on a file of another ending, stays.
    """
    failed = Outputs.of(file.key).failed
    with suppress(ValidationError):  # not one of ours
        note = bucket.find(failed, FailureNote)
        if note and note.input == file.key and is_current(bucket, file):
            bucket.delete([failed])


def _noted_failure(bucket: DataBucket, area: WorkArea) -> Failure | None:
    """Return what the failed task noted itself, which says more than the state machine: a map only says that it failed.

    A task that wrote a result as well succeeded in a later attempt.
    """
    keys = set(bucket.keys(area.prefix))
    results = {area.plan_error: area.job, area.settle_error: area.cut_off}
    for key in sorted(keys):
        task = key.removesuffix(ERROR_SUFFIX)
        result = results.get(key, task if task.endswith(SPENDING_SUFFIX) else task + REPORT_SUFFIX)
        if key.endswith(ERROR_SUFFIX) and result not in keys:
            return bucket.load(key, Failure)
    return None


def _reported_failure(error: Mapping[str, str]) -> Failure:
    name, cause = error.get("Error", ""), error.get("Cause", "")
    try:
        raised = json.loads(cause)
    except json.JSONDecodeError:
        return Failure(error=name, message=cause)
    if not isinstance(raised, dict):
        return Failure(error=name, message=cause)
    return Failure(error=str(raised.get("errorType", name)), message=str(raised.get("errorMessage", cause)))


def _file_of(bucket: DataBucket, key: str, execution: str) -> InputFile | None:
    """Return the version of the file that the execution was for; None where nothing is left of it."""
    job = bucket.find(WorkArea.of(execution).job, Job)
    try:
        return job.input if job else find_file(bucket, key)[0]
    except UnusableFile:
        return None


def _is_published(bucket: DataBucket, file: InputFile) -> bool:
    report = find_report(bucket, Outputs.of(file.key).report)
    return report is not None and report.input.identity == file.identity
