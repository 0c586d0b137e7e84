"""What a task notes when it fails is what the failure note says."""

from collections.abc import Callable

import pytest

from lambda_fn import contract
from lambda_fn.batch import fail
from lambda_fn.batch.errors import JobBroken
from lambda_fn.batch.keys import Outputs
from lambda_fn.scoring.errors import ModelUnavailable
from tests import csv_files, factories
from tests.integration.conftest import REGISTRY_BUCKET
from tests.integration.lambda_fn.batch.conftest import DATA_BUCKET, KEY, LambdaContext, Shop

FILE = csv_files.good_file(120)


pytestmark = pytest.mark.usefixtures("no_waiting")


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


def test_an_execution_for_a_key_outside_the_rule_still_writes_its_note(shop: Shop) -> None:
    shop.attempt("elsewhere/file.txt")
    assert Outputs.of("elsewhere/file.txt").failed == "failed/elsewhere/file.txt.json"
    assert shop.keys("failed/") == ["failed/elsewhere/file.txt.json"]
