"""What goes wrong, goes wrong safely: nothing lost, nothing twice, and a rerun after the cure completes."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.response import StreamingBody

from lambda_fn import contract
from lambda_fn.batch import fail, objects, task
from lambda_fn.batch.errors import JobBroken, UnusableFile
from lambda_fn.batch.job import ChunkReport
from lambda_fn.batch.keys import Outputs, WorkArea
from lambda_fn.contract import WORK_PREFIX
from lambda_fn.scoring.errors import ArtefactRejected, ModelUnavailable
from tests import csv_files, factories
from tests.integration.batch.conftest import DATA_BUCKET, KEY, LambdaContext, Shop, on, read_csv
from tests.integration.conftest import REGISTRY_BUCKET

FILE = csv_files.good_file(120)
OTHER = csv_files.good_file(30, seed=8)
NEWER_MODEL = "v20260801T120000-00000002"


class WorkerDied(Exception):
    """The machine under a worker is gone."""


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


def answer_first(operation: str, times: int, status: int, code: str) -> list[int]:
    """Let S3 answer the first requests of an operation with an error; return the list of all statuses it gave."""
    given: list[int] = []

    def before_send(request: Any, **_: Any) -> AWSResponse | None:
        if len(given) >= times:
            given.append(200)
            return None
        given.append(status)
        body = f"<Error><Code>{code}</Code><Message>try later</Message></Error>".encode()
        return AWSResponse(request.url, status, HTTPHeaders(), Raw(body))

    task.s3_client().meta.events.register_first(f"before-send.s3.{operation}", before_send)
    return given


class Raw(io.BytesIO):
    """The part of a urllib3 response that botocore reads."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def expected(body: bytes, shop: Shop) -> tuple[bytes, bytes]:
    """Return what a job that nothing disturbs makes of a file."""
    shop.drop(body, "incoming/undisturbed.csv")
    shop.run("incoming/undisturbed.csv")
    results = shop.results("incoming/undisturbed.csv")
    shop.s3.delete_object(Bucket=DATA_BUCKET, Key="incoming/undisturbed.csv")
    return results


def test_a_worker_that_dies_once_is_run_again_and_nothing_shows(shop: Shop, chunk_bytes: Callable[[int], None]) -> None:
    chunk_bytes(2000)
    wanted = expected(FILE, shop)
    shop.drop(FILE)
    planned = shop.plan()
    deaths = iter([True])

    def die_once(params: dict[str, Any]) -> None:
        if params["Key"].endswith(".rejected") and next(deaths, False):
            raise WorkerDied

    on("PutObject", die_once)
    chunks = shop.chunks(planned)
    with pytest.raises(WorkerDied):
        shop.score(planned, chunks[0])
    for chunk in chunks:
        shop.score(planned, chunk)
    shop.finalize(planned)

    assert shop.results() == wanted


def test_a_worker_that_always_dies_fails_the_job_and_a_rerun_after_the_cure_completes(
    shop: Shop, chunk_bytes: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    chunk_bytes(2000)
    shop.drop(FILE)
    sick = True

    def die(params: dict[str, Any]) -> None:
        if sick and params["Key"].endswith("00001.scored"):
            raise WorkerDied("no memory left")

    on("PutObject", die)
    note = shop.attempt()

    assert note == {
        "input": KEY,
        "error": "WorkerDied",
        "message": "no memory left",
        "what_to_do": note["what_to_do"],
        "execution": "execution-1",
    }
    assert "The file is untouched" in note["what_to_do"]
    assert json.loads(shop.get("failed/shoppers.json")) == note
    assert f'"{contract.METRIC_JOBS_FAILED}":[1' in capsys.readouterr().out.replace(" ", "")
    assert shop.get(KEY) == FILE
    assert shop.keys("scored/") == []

    sick = False
    assert shop.attempt()["scored"] == 120
    assert shop.keys("failed/") == []


def test_what_a_failed_worker_wrote_down_is_told_in_place_of_what_the_map_says(
    shop: Shop, chunk_bytes: Callable[[int], None]
) -> None:
    chunk_bytes(2000)
    shop.drop(FILE)
    planned = shop.plan()
    shop.s3.delete_object(Bucket=REGISTRY_BUCKET, Key=f"models/{factories.VERSION}/model.onnx")
    with pytest.raises(ModelUnavailable):
        shop.score(planned, shop.chunks(planned)[0])
    payload = {
        "bucket": DATA_BUCKET,
        "key": KEY,
        "execution": "execution-1",
        "error": {"Error": "States.ExceedToleratedFailureThreshold", "Cause": "The threshold was exceeded"},
    }

    note = fail.handler(payload, LambdaContext())

    assert note["error"] == "ModelUnavailable"
    assert "no model.onnx" in note["message"]


def test_a_task_that_went_well_in_a_later_attempt_is_not_blamed(shop: Shop) -> None:
    shop.drop(FILE)
    shop.s3.delete_object(Bucket=REGISTRY_BUCKET, Key=contract.ROUTING_KEY)
    with pytest.raises(ModelUnavailable):
        shop.plan()
    shop.registry.promote(factories.VERSION)
    shop.executions -= 1  # the same execution, tried again
    planned = shop.plan()
    with pytest.raises(JobBroken):
        shop.finalize(planned)
    error = {"Error": "Runtime.HandlerError", "Cause": "no JSON"}

    note = fail.handler(
        {"bucket": DATA_BUCKET, "key": KEY, "execution": "execution-1", "error": error}, LambdaContext()
    )

    assert (note["error"], note["message"]) == ("JobBroken", "work/execution-1/00000.json is missing")


def test_an_error_that_no_task_noted_is_told_as_step_functions_tells_it(shop: Shop) -> None:
    shop.drop(FILE)
    shop.plan()
    error = {"Error": "Sandbox.Timedout", "Cause": "Task timed out after 900.00 seconds"}
    note = fail.handler(
        {"bucket": DATA_BUCKET, "key": KEY, "execution": "execution-1", "error": error}, LambdaContext()
    )
    assert (note["error"], note["message"]) == ("Sandbox.Timedout", "Task timed out after 900.00 seconds")


@pytest.mark.parametrize(("status", "code"), [(503, "SlowDown"), (500, "InternalError")])
@pytest.mark.parametrize(
    "operation", ["GetObject", "PutObject", "HeadObject", "UploadPartCopy", "CompleteMultipartUpload"]
)
def test_s3_may_throttle_and_fail_for_a_while(shop: Shop, operation: str, status: int, code: str) -> None:
    wanted = expected(FILE, shop)
    shop.drop(FILE)
    given = answer_first(operation, 3, status, code)

    shop.run()

    assert shop.results() == wanted
    assert given[:4] == [status, status, status, 200]


def test_a_connection_that_breaks_is_taken_up_where_it_broke(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = expected(FILE, shop)
    shop.drop(FILE)
    planned = shop.plan()
    monkeypatch.setattr(objects, "PIECE_BYTES", 700)
    breaks = iter([True, True, False, True])
    real = StreamingBody.read
    ranges: list[str] = []
    on("GetObject", lambda params: ranges.append(params["Range"]) if "Range" in params else None)

    def read(self: StreamingBody, amt: int | None = None) -> bytes:
        if amt == 700 and self.tell() > 1000 and next(breaks, False):
            raise ReadTimeoutError(endpoint_url="s3")
        data: bytes = real(self, amt)
        return data

    monkeypatch.setattr(StreamingBody, "read", read)
    for chunk in shop.chunks(planned):
        shop.score(planned, chunk)
    monkeypatch.undo()
    shop.finalize(planned)

    assert shop.results() == wanted
    assert len(ranges) == 4


def test_a_connection_that_breaks_without_end_fails_the_worker(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.drop(FILE)
    planned = shop.plan()

    real = StreamingBody.read

    def read(self: StreamingBody, amt: int | None = None) -> bytes:
        if amt:  # what is read whole is the job
            raise ReadTimeoutError(endpoint_url="s3")
        data: bytes = real(self)
        return data

    monkeypatch.setattr(StreamingBody, "read", read)
    with pytest.raises(ReadTimeoutError):
        shop.score(planned, shop.chunks(planned)[0])


def test_a_part_upload_that_breaks_off_leaves_nothing_behind(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = expected(FILE, shop)
    shop.drop(FILE)
    planned = shop.plan()
    monkeypatch.setattr("lambda_fn.batch.multipart.BUFFER_BYTES", 1000)
    monkeypatch.setattr("lambda_fn.tables.scoring.ROWS_AT_ONCE", 20)
    monkeypatch.setattr(objects, "PIECE_BYTES", 700)
    uploads = iter([False, True])

    def break_off(_params: dict[str, Any]) -> None:
        if next(uploads, False):
            raise WorkerDied

    on("UploadPart", break_off)
    with pytest.raises(WorkerDied):
        shop.score_all(planned)
    assert shop.s3.list_multipart_uploads(Bucket=DATA_BUCKET).get("Uploads", []) == []
    assert [key for key in shop.keys(WORK_PREFIX) if key.endswith(".scored")] == []

    monkeypatch.undo()
    shop.score_all(planned)
    shop.finalize(planned)
    assert shop.results() == wanted


def test_a_file_deleted_between_event_and_plan_is_told(shop: Shop) -> None:
    shop.drop(FILE)
    shop.s3.delete_object(Bucket=DATA_BUCKET, Key=KEY)
    note = shop.attempt()
    assert note["message"] == f"{KEY} was deleted before it could be read; drop it again"
    assert note["error"] == contract.ERROR_UNUSABLE_FILE


def test_a_file_deleted_after_the_plan_is_still_scored(shop: Shop) -> None:
    shop.drop(FILE)
    planned = shop.plan()
    shop.s3.delete_object(Bucket=DATA_BUCKET, Key=KEY)
    shop.score_all(planned)
    assert shop.finalize(planned)["scored"] == 120


def test_a_version_that_is_gone_cannot_be_scored(shop: Shop) -> None:
    shop.drop(FILE)
    planned = shop.plan()
    version = shop.s3.head_object(Bucket=DATA_BUCKET, Key=KEY)["VersionId"]
    shop.s3.delete_object(Bucket=DATA_BUCKET, Key=KEY, VersionId=version)
    with pytest.raises(UnusableFile, match="was deleted while it was read"):
        shop.score_all(planned)


def test_without_a_promoted_model_the_note_says_what_to_do(shop: Shop) -> None:
    shop.drop(FILE)
    shop.s3.delete_object(Bucket=REGISTRY_BUCKET, Key=contract.ROUTING_KEY)
    note = shop.attempt()
    assert note["error"] == "NothingPromoted"
    assert "promote" in note["message"]
    shop.registry.promote(factories.VERSION)
    assert shop.attempt()["scored"] == 120


def test_a_model_with_a_wrong_checksum_scores_nothing_and_another_cures_it(shop: Shop) -> None:
    shop.drop(FILE)
    shop.run()
    shop.publish(NEWER_MODEL)
    shop.s3.put_object(Bucket=REGISTRY_BUCKET, Key=f"models/{factories.VERSION}/model.onnx", Body=b"tampered")
    shop.drop(FILE)

    assert shop.attempt()["error"] == ArtefactRejected.__name__

    shop.registry.promote(NEWER_MODEL)
    assert shop.attempt()["model_version"] == NEWER_MODEL


def test_an_event_delivered_twice_gives_the_same_results_whichever_ends_first(
    shop: Shop, chunk_bytes: Callable[[int], None]
) -> None:
    chunk_bytes(2000)
    wanted = expected(FILE, shop)
    shop.drop(FILE)

    first, second = shop.plan(), shop.plan()
    shop.score_all(first)
    shop.score(second, shop.chunks(second)[0])
    shop.finalize(first)
    assert shop.results() == wanted
    shop.score_all(second)
    shop.finalize(second)

    assert shop.results() == wanted
    assert len([key for key in shop.keys(WORK_PREFIX) if key.endswith((".scored", ".rejected"))]) == 0


def test_a_rerun_days_later_gives_the_same_bytes_although_another_model_is_champion_now(shop: Shop) -> None:
    shop.drop(FILE, metadata={})
    shop.run()
    before = shop.results()
    shop.publish(NEWER_MODEL)
    shop.registry.promote(NEWER_MODEL)

    shop.run()

    assert shop.results() == before
    shop.drop(FILE)
    assert shop.run()["model_version"] == NEWER_MODEL


def test_a_new_champion_in_mid_job_does_not_mix_in(shop: Shop, chunk_bytes: Callable[[int], None]) -> None:
    chunk_bytes(2000)
    shop.drop(FILE)
    planned = shop.plan()
    chunks = shop.chunks(planned)
    shop.score(planned, chunks[0])
    shop.publish(NEWER_MODEL)
    shop.registry.promote(NEWER_MODEL)
    for chunk in chunks[1:]:
        shop.score(planned, chunk)
    shop.finalize(planned)
    assert {row["model_version"] for row in read_csv(shop.results()[0])} == {factories.VERSION}


def test_the_model_that_is_asked_for_scores(shop: Shop) -> None:
    shop.publish(NEWER_MODEL)
    shop.drop(FILE, metadata={"model-version": NEWER_MODEL})
    assert shop.run()["model_version"] == NEWER_MODEL


def test_of_two_files_of_one_name_the_later_wins_when_it_ends_last(shop: Shop) -> None:
    wanted = expected(OTHER, shop)
    shop.drop(FILE)
    first = shop.plan()
    shop.drop(OTHER)
    second = shop.plan()
    shop.score_all(first)
    shop.score_all(second)

    assert shop.finalize(first) == {"key": KEY, "superseded": True}
    assert shop.keys("scored/shoppers.csv") == []
    assert shop.finalize(second)["scored"] == 30
    assert shop.results() == wanted


def test_of_two_files_of_one_name_the_later_wins_when_it_ends_first(shop: Shop) -> None:
    wanted = expected(OTHER, shop)
    shop.drop(FILE)
    first = shop.plan()
    shop.drop(OTHER)
    second = shop.plan()
    shop.score_all(first)
    shop.score_all(second)

    assert shop.finalize(second)["scored"] == 30
    assert shop.finalize(first) == {"key": KEY, "superseded": True}
    assert shop.results() == wanted
    assert shop.report()["scored"] == 30
    assert len([key for key in shop.keys(WORK_PREFIX) if key.endswith((".scored", ".rejected"))]) == 0


def test_a_later_file_that_is_published_in_the_very_moment_of_writing_wins(shop: Shop) -> None:
    shop.drop(FILE)
    first = shop.plan()
    shop.score_all(first)
    interrupted = False

    def publish_another(params: dict[str, Any]) -> None:
        nonlocal interrupted
        if params["Key"] == "scored/shoppers.csv" and not interrupted:
            interrupted = True
            shop.drop(OTHER)
            shop.run()

    on("CompleteMultipartUpload", publish_another)

    assert shop.finalize(first) == {"key": KEY, "superseded": True}
    assert len(read_csv(shop.results()[0])) == 30
    assert shop.report()["scored"] == 30


def test_a_row_that_is_lost_fails_the_job(shop: Shop, chunk_bytes: Callable[[int], None]) -> None:
    chunk_bytes(2000)
    shop.drop(FILE)
    planned = shop.plan()
    shop.score_all(planned)
    key = WorkArea.holding(planned["job_key"]).report(1)
    report = ChunkReport.model_validate_json(shop.get(key))

    def finalize_with(**changes: Any) -> None:
        body = report.model_copy(update=changes).model_dump_json().encode()
        shop.s3.put_object(Bucket=DATA_BUCKET, Key=key, Body=body)
        shop.finalize(planned)

    with pytest.raises(JobBroken, match=r"chunk 1: \d+ rows in, but \d+ scored and 0 rejected"):
        finalize_with(scored=report.scored - 1)
    with pytest.raises(JobBroken, match="chunk 1 begins at byte"):
        finalize_with(first_byte=(report.first_byte or 0) + 1)
    with pytest.raises(JobBroken, match="chunk 2 begins at byte"):
        finalize_with(end_byte=(report.end_byte or 0) - 1)
    assert shop.keys("scored/") + shop.keys("reports/") == []
    finalize_with()
    assert shop.report()["scored"] == 120


def test_a_last_line_that_is_lost_fails_the_job(shop: Shop, chunk_bytes: Callable[[int], None]) -> None:
    chunk_bytes(2000)
    shop.drop(FILE)
    planned = shop.plan()
    shop.score_all(planned)
    key = WorkArea.holding(planned["job_key"]).report(len(shop.chunks(planned)) - 1)
    report = ChunkReport.model_validate_json(shop.get(key))
    short = report.model_copy(update={"end_byte": len(FILE) - 1})
    shop.s3.put_object(Bucket=DATA_BUCKET, Key=key, Body=short.model_dump_json().encode())
    with pytest.raises(JobBroken, match=f"the chunks end at byte {len(FILE) - 1} of {len(FILE)}"):
        shop.finalize(planned)


def test_a_chunk_that_was_never_scored_fails_the_job(shop: Shop, chunk_bytes: Callable[[int], None]) -> None:
    chunk_bytes(2000)
    shop.drop(FILE)
    planned = shop.plan()
    for chunk in shop.chunks(planned)[:-1]:
        shop.score(planned, chunk)
    with pytest.raises(JobBroken, match="is missing"):
        shop.finalize(planned)


def test_a_finalize_that_dies_while_it_clears_up_is_finished_by_its_retry(
    shop: Shop, chunk_bytes: Callable[[int], None]
) -> None:
    chunk_bytes(2000)
    shop.drop(FILE)
    planned = shop.plan()
    shop.score_all(planned)
    calls = iter([True])

    def die(params: dict[str, Any]) -> None:
        if next(calls, False):
            params["Delete"]["Objects"] = params["Delete"]["Objects"][:3]
            shop.s3.delete_objects(Bucket=DATA_BUCKET, Delete=params["Delete"])
            raise WorkerDied

    on("DeleteObjects", die)
    with pytest.raises(WorkerDied):
        shop.finalize(planned)

    assert shop.finalize(planned)["scored"] == 120
    assert [key for key in shop.keys(WORK_PREFIX) if key.endswith((".scored", ".rejected"))] == []


def test_an_execution_for_a_key_outside_the_rule_still_writes_its_note(shop: Shop) -> None:
    shop.attempt("elsewhere/file.txt")
    assert Outputs.of("elsewhere/file.txt").failed == "failed/elsewhere/file.txt.json"
    assert shop.keys("failed/") == ["failed/elsewhere/file.txt.json"]


def test_an_error_of_s3_that_does_not_pass_reaches_step_functions(shop: Shop) -> None:
    shop.drop(FILE)
    answer_first("HeadObject", 100, 503, "SlowDown")
    with pytest.raises(ClientError, match="SlowDown"):
        shop.plan()
