"""The recorded payloads in ``events/`` are what the workflow's tasks take."""

import json
from pathlib import Path
from typing import Any

import pytest

from lambda_fn.batch import fail, finalize, measure_chunk, plan, score_chunk, settle
from lambda_fn.batch.errors import UnusableFile
from lambda_fn.contract import ERROR_UNUSABLE_FILE
from tests import csv_files
from tests.integration.lambda_fn.batch.conftest import AS_OF, LambdaContext, Shop

EVENTS = Path(__file__).parents[4] / "events"


def recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


@pytest.mark.parametrize("budget", [{}, {"budget": "40"}])
def test_the_recorded_payloads_score_a_file_from_its_event_to_its_report(shop: Shop, budget: dict[str, str]) -> None:
    dropped = recorded("s3_object_created")["detail"]
    first = recorded("batch_plan")
    assert (first["bucket"], first["key"]) == (dropped["bucket"]["name"], dropped["object"]["key"])
    shop.drop(csv_files.good_file(20), first["key"], {**AS_OF, **budget})

    planned = plan.handler(first, LambdaContext())
    if planned["budget"] is not None:
        measure_chunk.handler(recorded("batch_measure_chunk"), LambdaContext())
        settle.handler(recorded("batch_settle"), LambdaContext())
    score_chunk.handler(recorded("batch_score_chunk"), LambdaContext())
    summary = finalize.handler(recorded("batch_finalize"), LambdaContext())

    assert planned["job_key"] == recorded("batch_finalize")["job_key"]
    assert (summary["rows"], summary["scored"]) == (20, 20)
    assert shop.report(first["key"])["execution"] == "recorded"


def test_the_recorded_failure_becomes_a_note(shop: Shop) -> None:
    note = fail.handler(recorded("batch_fail"), LambdaContext())
    assert note == {
        "input": "incoming/drop.csv",
        "error": "UnusableFile",
        "message": "the file lacks the column age",
        "what_to_do": "Correct the file and drop it again.",
        "execution": "recorded",
    }
    assert json.loads(shop.get("failed/drop.json")) == note


def test_the_workflow_knows_an_unusable_file_by_the_name_of_its_class() -> None:
    assert UnusableFile.__name__ == ERROR_UNUSABLE_FILE
