"""Results are published whole, once, and those of the later file."""

from collections.abc import Callable
from typing import Any

import pytest

from lambda_fn.batch.errors import JobBroken
from lambda_fn.batch.job import ChunkReport
from lambda_fn.batch.keys import WorkArea
from lambda_fn.contract import WORK_PREFIX
from tests import csv_files
from tests.integration.lambda_fn.batch.conftest import DATA_BUCKET, KEY, Shop, on, read_csv
from tests.integration.lambda_fn.batch.support import WorkerDied, expected

FILE = csv_files.good_file(120)
OTHER = csv_files.good_file(30, seed=8)


pytestmark = pytest.mark.usefixtures("no_waiting")


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
