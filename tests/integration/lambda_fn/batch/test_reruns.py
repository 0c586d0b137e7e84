"""The same event twice, a rerun days later, another champion in between: the results stay the same."""

from collections.abc import Callable

import pytest

from lambda_fn import contract
from lambda_fn.contract import WORK_PREFIX
from tests import csv_files, factories
from tests.integration.conftest import REGISTRY_BUCKET
from tests.integration.lambda_fn.batch.conftest import Shop, read_csv
from tests.integration.lambda_fn.batch.support import expected

FILE = csv_files.good_file(120)
NEWER_MODEL = "v20260801T120000-00000002"


pytestmark = pytest.mark.usefixtures("no_waiting")


def test_without_a_promoted_model_the_note_says_what_to_do(shop: Shop) -> None:
    shop.drop(FILE)
    shop.s3.delete_object(Bucket=REGISTRY_BUCKET, Key=contract.ROUTING_KEY)
    note = shop.attempt()
    assert note["error"] == "NothingPromoted"
    assert "promote" in note["message"]
    shop.registry.promote(factories.VERSION)
    assert shop.attempt()["scored"] == 120


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
    before = shop.files()
    shop.score_all(second)
    shop.finalize(second)

    assert shop.files() == before
    assert len([key for key in shop.keys(WORK_PREFIX) if key.endswith((".scored", ".rejected"))]) == 0


def test_a_rerun_days_later_gives_the_same_bytes_although_another_model_is_champion_now(shop: Shop) -> None:
    shop.drop(FILE, metadata={})
    shop.run()
    before = shop.files()
    shop.publish(NEWER_MODEL)
    shop.registry.promote(NEWER_MODEL)

    shop.run()

    assert shop.files() == before
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
