"""A worker that dies, or loses its connection, is run again, and nothing shows."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lambda_fn import contract
from lambda_fn.scoring.errors import ArtefactRejected
from tests import csv_files, factories
from tests.integration.conftest import REGISTRY_BUCKET
from tests.integration.lambda_fn.batch.conftest import KEY, Shop, on
from tests.integration.lambda_fn.batch.support import WorkerDied, expected

FILE = csv_files.good_file(120)
NEWER_MODEL = "v20260801T120000-00000002"


pytestmark = pytest.mark.usefixtures("no_waiting")


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


def test_a_model_with_a_wrong_checksum_scores_nothing_and_another_cures_it(shop: Shop) -> None:
    shop.drop(FILE)
    shop.run()
    shop.publish(NEWER_MODEL)
    shop.s3.put_object(Bucket=REGISTRY_BUCKET, Key=f"models/{factories.VERSION}/model.onnx", Body=b"tampered")
    shop.drop(FILE)

    assert shop.attempt()["error"] == ArtefactRejected.__name__

    shop.registry.promote(NEWER_MODEL)
    assert shop.attempt()["model_version"] == NEWER_MODEL
