"""What a failure leaves behind concerns the file and the execution that failed, and no other."""

import gzip
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambda_fn.batch import fail
from lambda_fn.batch.job import Failure
from lambda_fn.batch.keys import WorkArea
from lambda_fn.scoring.errors import RegistryUnreachable
from tests import csv_files, factories
from tests.integration.conftest import REGISTRY_BUCKET
from tests.integration.lambda_fn.batch.conftest import AS_OF, DATA_BUCKET, KEY, LambdaContext, Shop, on, read_csv

FILE = csv_files.good_file(120)
OTHER = csv_files.good_file(30, seed=8)
NEWER_MODEL = "v20260801T120000-00000002"
TIMED_OUT = {"Error": "States.Timeout", "Cause": "no JSON"}


def end(execution: str) -> dict[str, object]:
    """End an execution as the workflow does when a task took too long."""
    payload = {"bucket": DATA_BUCKET, "key": KEY, "execution": execution, "error": TIMED_OUT}
    return fail.handler(payload, LambdaContext())


def test_a_failed_duplicate_keeps_what_a_successful_one_pinned(shop: Shop) -> None:
    # Given a file that was scored, and the same event once more, whose execution fails
    shop.drop(FILE)
    shop.run()
    wanted = shop.files()
    shop.plan()
    end("execution-2")
    # When another model is champion, and the file is run again
    shop.publish(NEWER_MODEL, bias=-2.0)
    shop.registry.promote(NEWER_MODEL)
    shop.run()
    # Then the results are the same bytes
    assert shop.files() == wanted


def test_a_duplicate_that_fails_first_takes_no_pins_from_a_successful_one(shop: Shop) -> None:
    # Given one event delivered twice, whose first execution fails while the second goes on
    shop.drop(FILE)
    shop.plan()
    second = shop.plan()
    shop.score_all(second)
    end("execution-1")
    shop.finalize(second)
    wanted = shop.files()
    # When the event is delivered once more, and another model is champion
    shop.publish(NEWER_MODEL, bias=-2.0)
    shop.registry.promote(NEWER_MODEL)
    shop.run()
    # Then the results are the same bytes
    assert shop.files() == wanted


def test_a_later_file_that_is_refused_leaves_the_results_of_one_job(shop: Shop) -> None:
    # Given a file that was scored, and a later one
    shop.drop(OTHER)
    shop.run()
    shop.drop(FILE)
    later = shop.plan()
    shop.score_all(later)

    # When a third one, of no use, is dropped in the very moment that the second's first result is written
    calls = iter([True])

    def drop_another(params: dict[str, Any]) -> None:
        if params["Key"] == "scored/shoppers.csv" and next(calls, False):
            shop.drop(b"nothing,that,is,needed\n")
            shop.attempt()

    on("CompleteMultipartUpload", drop_another)
    shop.finalize(later)

    # Then all results are the second's, and the note is the third's
    assert len(read_csv(shop.results()[0])) == shop.report()["scored"] == 120
    assert shop.keys("failed/") == ["failed/shoppers.json"]


def test_a_note_about_a_file_of_another_ending_stays(shop: Shop) -> None:
    shop.drop(FILE)
    planned = shop.plan()
    shop.drop(gzip.compress(OTHER), KEY + ".gz")
    refusal = shop.attempt(KEY + ".gz")
    shop.score_all(planned)
    shop.finalize(planned)
    assert json.loads(shop.get("failed/shoppers.json")) == refusal
    assert shop.report()["scored"] == 120


def test_the_failure_of_an_earlier_file_says_nothing_about_the_later_one(shop: Shop) -> None:
    shop.drop(FILE)
    shop.plan()
    shop.drop(OTHER)
    shop.run()
    end("execution-1")
    assert shop.keys("failed/") == []


def test_a_passing_fault_of_measuring_is_not_blamed_for_a_later_one(shop: Shop) -> None:
    # Given a budget, a chunk that was measured in a second attempt, and a job that fails where it is scored
    shop.drop(FILE, metadata={**AS_OF, "budget": "100"})
    planned = shop.plan()
    area = WorkArea.holding(planned["job_key"])
    passed = Failure(error="Passing", message="measured in the second attempt").model_dump_json().encode()
    shop.s3.put_object(Bucket=DATA_BUCKET, Key=area.spending_error(0), Body=passed)
    shop.settle(planned)
    # When the failure is written down
    note = end("execution-1")
    # Then it names what failed
    assert note["error"] == "States.Timeout"


def test_a_registry_that_is_busy_is_no_fault_of_the_file(shop: Shop) -> None:
    def refuse(params: dict[str, Any]) -> None:
        if params["Bucket"] == REGISTRY_BUCKET:
            raise ClientError({"Error": {"Code": "SlowDown"}}, "GetObject")

    shop.drop(FILE, metadata={**AS_OF, "model-version": factories.VERSION})
    on("GetObject", refuse)
    with pytest.raises(RegistryUnreachable, match="does not answer"):
        shop.plan()
