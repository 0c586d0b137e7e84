"""A file: dropped, followed, counted and taken away, in the numbers of the bucket."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import httpx

from cdk.local import shoppers
from cdk.local.spoil import spoil
from cdk.ops.client import ShopClient
from console import words
from tests.browser.visit import Visit

SPOILED = 7


def test_an_uploaded_file_is_scored_and_its_results_are_those_in_the_bucket(
    visit: Visit, client: ShopClient, rows: list[dict[str, str]], url: str, tmp_path: Path
) -> None:
    # Given a file with some spoiled rows
    file = tmp_path / "winter sale.csv"
    file.write_bytes(spoil(shoppers.as_csv(rows), SPOILED, seed=5))
    visit.tab("Files")

    # When it is uploaded with a budget
    visit.page.locator("#upload input[type=file]").set_input_files(file)
    visit.page.locator("#file-budget textarea").fill("50")
    visit.page.locator("#upload").get_by_text("winter sale").wait_for()
    visit.page.locator("#drop").click()
    visit.page.locator("#file-counts .facts").get_by_text("of a budget of 50.00 USD").wait_for()

    # Then the page shows the numbers of the report
    job = client.collect(file.name)
    report = job.report
    assert report["rows"] == len(rows) == report["scored"] + report["rejected"]
    assert report["rejected"] == SPOILED
    assert report["budget"]["limit"] == 50
    counts = visit.text("file-counts")
    for number in (report["rows"], report["scored"], report["rejected"]):
        assert words.count(number) in counts
    assert words.money(report["expected_margin"], report["currency"]) in counts
    assert words.money(report["budget"]["expected_spend"], report["currency"]) in counts
    assert job.rejected[0]["reason"][:40] in visit.text("file-rejected")
    assert job.scored[0]["abandonment_risk"] in visit.text("file-rows")

    # And what is taken away is what lies in the bucket
    for kind, key in (("scored", report["outputs"]["scored"]), ("rejected", report["outputs"]["rejected"])):
        assert download(visit, f"/download/{kind}", url) == client.fetch(key)
    offer, size = next((name, rows) for name, rows in report["interventions"].items() if rows and name != "none")
    segment = list(csv.DictReader(io.StringIO(download(visit, f"offer={offer}", url).decode())))
    expected = [
        {name: row[name] for name in ("user_id", "recommended_intervention", "estimated_margin_impact")}
        for row in job.scored
        if row["recommended_intervention"] == offer
    ]
    assert len(segment) == size
    assert segment == expected


def test_a_file_that_cannot_be_scored_says_what_to_do(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("name,town\nAda,London\n")
    visit.tab("Files")
    visit.page.locator("#upload input[type=file]").set_input_files(file)
    visit.page.locator("#upload").get_by_text("wrong").wait_for()
    visit.page.locator("#drop").click()
    visit.page.locator("#file-status .problem").wait_for()
    assert "Correct the file and drop it again." in visit.text("file-status")


def test_a_report_that_is_there_already_is_shown(visit: Visit, scored: dict[str, Any]) -> None:
    visit.tab("Files")
    visit.page.locator("#file-counts .facts").wait_for()
    visit.page.locator("#scored-files input").click()
    visit.page.get_by_role("option", name="autumn", exact=True).click()
    visit.page.locator("#file-counts").get_by_text("reports/autumn.json").wait_for()
    assert words.count(scored["scored"]) in visit.text("file-counts")


def download(visit: Visit, part: str, url: str) -> bytes:
    address = visit.page.locator(f"#file-downloads a[href*='{part}']").first.get_attribute("href")
    assert address is not None
    return httpx.get(url.rstrip("/") + address, trust_env=False).raise_for_status().content
