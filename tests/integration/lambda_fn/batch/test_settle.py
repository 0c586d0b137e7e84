"""A budget for the whole file, by metadata of the dropped file."""

from collections.abc import Callable

import pytest

from lambda_fn.contract import ERROR_UNUSABLE_FILE, WORK_PREFIX
from tests import csv_files, factories
from tests.integration.lambda_fn.batch.conftest import AS_OF, Shop, read_csv

FILE = csv_files.good_file(400)


def dropped_with(shop: Shop, budget: str) -> None:
    shop.drop(FILE, metadata={**AS_OF, "budget": budget})


def margin(shop: Shop) -> float:
    return sum(float(row["estimated_margin_impact"]) for row in read_csv(shop.results()[0]))


def test_a_budget_is_kept_over_the_whole_file(shop: Shop, chunk_bytes: Callable[[int], None]) -> None:
    shop.drop(FILE)
    shop.run()
    unlimited = margin(shop)
    chunk_bytes(2000)
    dropped_with(shop, "500")

    assert shop.run()["scored"] == 400

    report = shop.report()
    assert report["budget"]["limit"] == 500
    dearest = 0.15 * 1234.25  # the largest discount on the largest order: less than that may be left
    assert 500 - dearest < report["budget"]["expected_spend"] <= 500
    assert 0.3 * unlimited < margin(shop) < unlimited
    assert report["expected_margin"] == round(margin(shop), 2)
    assert report["interventions"]["none"] > 0
    assert [
        key for key in shop.keys(WORK_PREFIX) if not key.endswith(("job.json", "chunks.json")) and "/pins/" not in key
    ] == []


@pytest.mark.parametrize(("size", "shoppers", "budget"), [(45, 40, "2"), (45, 32, "1.6"), (90, 16, "0.8")])
def test_a_budget_of_exactly_what_everyone_costs_pays_for_everyone_wherever_chunks_end(
    shop: Shop, chunk_bytes: Callable[[int], None], size: int, shoppers: int, budget: str
) -> None:
    # Given shoppers who are all sent a reminder, of 0.05 each: sums of floats depend on their grouping
    alike = [b"u%d,2,10,60,20,5,1,Evening,2026-06-20," % number for number in range(shoppers)]
    shop.drop(csv_files.file_of(alike), metadata={**AS_OF, "budget": budget})
    chunk_bytes(size)
    # When the file is scored in chunks of a line each
    shop.run()
    # Then all of them get it
    assert shop.report()["interventions"]["reminder"] == shoppers


@pytest.mark.parametrize("size", [700, 3000, 10**6])
def test_where_chunks_end_makes_no_difference(shop: Shop, chunk_bytes: Callable[[int], None], size: int) -> None:
    dropped_with(shop, "300.5")
    shop.run()
    whole = shop.files()
    chunk_bytes(size)
    shop.run()
    assert shop.files() == whole


def test_a_budget_that_pays_for_everything_changes_nothing(shop: Shop) -> None:
    shop.drop(FILE)
    shop.run()
    wanted = shop.results()
    dropped_with(shop, "1e9")
    shop.run()
    assert shop.results() == wanted
    assert shop.report()["budget"]["expected_spend"] > 0


def test_a_job_without_a_budget_is_not_measured(shop: Shop) -> None:
    shop.drop(FILE)
    assert shop.plan()["budget"] is None
    dropped_with(shop, "0")
    assert shop.plan()["budget"] == 0
    shop.run()
    assert {row["recommended_intervention"] for row in read_csv(shop.results()[0])} == {"none"}
    assert shop.report()["model_version"] == factories.VERSION


@pytest.mark.parametrize("budget", ["a lot", "-1", "nan", "inf", "", "1_000", "-0", "1e999"])
def test_a_budget_that_is_no_amount_is_refused(shop: Shop, budget: str) -> None:
    dropped_with(shop, budget)
    note = shop.attempt()
    assert note["message"].startswith("x-amz-meta-budget is ")
    assert note["error"] == ERROR_UNUSABLE_FILE
