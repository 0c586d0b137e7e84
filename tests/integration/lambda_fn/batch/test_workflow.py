"""A dropped file, from the event to its three results."""

from collections.abc import Callable

import pytest

from lambda_fn.contract import WORK_PREFIX
from tests import csv_files, factories
from tests.integration.lambda_fn.batch.conftest import KEY, Shop, read_csv


def test_a_good_file_is_scored_row_by_row_in_its_order(shop: Shop) -> None:
    shop.drop(csv_files.good_file(300))

    summary = shop.run()

    scored, rejected = (read_csv(body) for body in shop.results())
    assert [row["user_id"] for row in scored] == [f"u{number}" for number in range(300)]
    assert rejected == []
    assert {row["model_version"] for row in scored} == {factories.VERSION}
    assert summary == {
        "key": KEY,
        "superseded": False,
        "rows": 300,
        "scored": 300,
        "rejected": 0,
        "expected_margin": round(sum(float(row["estimated_margin_impact"]) for row in scored), 2),
        "model_version": factories.VERSION,
    }


def test_a_file_of_many_chunks_gives_the_same_bytes_as_one_chunk(
    shop: Shop, chunk_bytes: Callable[[int], None]
) -> None:
    lines = csv_files.rows(200)
    lines[50:50] = [b"too,few", b"", b'u,1,2,"broken', b"x\0y"]
    shop.drop(csv_files.file_of(lines))
    shop.run()
    whole = shop.files()

    chunk_bytes(700)
    planned = shop.plan()
    shop.score_all(planned)
    shop.finalize(planned)

    assert len(shop.chunks(planned)) > 10
    assert shop.files() == whole
    assert [row["line"] for row in read_csv(whole[1])] == ["52", "54", "55"]  # a blank line is no row


def test_nothing_stays_in_the_work_area_but_the_job_and_its_pins(shop: Shop) -> None:
    shop.drop(csv_files.good_file(3))
    shop.run()
    left = shop.keys(WORK_PREFIX)
    assert [key.rsplit("/", 1)[1] for key in left if "/pins/" not in key] == ["chunks.json", "job.json"]
    assert len([key for key in left if "/pins/" in key]) == 1


@pytest.mark.slow
def test_large_parts_are_copied_inside_s3_and_small_ones_joined(shop: Shop, chunk_bytes: Callable[[int], None]) -> None:
    lines = csv_files.rows(5_000) * 36
    shop.drop(csv_files.file_of(lines))
    shop.run()
    whole = shop.files()
    assert len(whole[0]) > 12_000_000

    for size in (4_000_000, 1_500_000):
        chunk_bytes(size)
        shop.run()
        assert shop.files() == whole
        assert shop.report()["chunks"] > 1
