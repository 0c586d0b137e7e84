"""A file with as-of date, budget and reasons, from the upload to its rows on the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console import words
from tests import csv_files
from tests.browser.stand_in import DATA_BUCKET, StandIn
from tests.browser.visit import Visit

pytestmark = pytest.mark.slow


def test_what_was_filled_in_reaches_the_batch_and_its_reasons_the_page(
    visit: Visit, behind: StandIn, tmp_path: Path
) -> None:
    # Given a file, with a name of its own for each width
    width = visit.page.viewport_size["width"] if visit.page.viewport_size else 0
    file = tmp_path / f"asked-{width}.csv"
    file.write_bytes(csv_files.file_of([*csv_files.rows(40), b"too,few"]))
    workflow = behind.watch(file.name)
    visit.tab("Files")

    # When it is uploaded with an as-of date, a budget and reasons
    visit.page.locator("#upload input[type=file]").set_input_files(file)
    visit.page.locator("#upload").get_by_text(file.stem).wait_for()
    visit.page.get_by_label("As-of date").fill("2026-06-30")
    visit.page.locator("#file-budget textarea").fill("20")
    reasons = visit.page.get_by_label("number input for Reasons per customer")
    reasons.fill("2")
    reasons.press("Enter")
    visit.page.locator("#drop").click()
    visit.page.locator("#file-counts").get_by_text(f"reports/{file.stem}.json").wait_for()
    workflow.join()

    # Then the report says that they were heeded, and the page says what the report and the scored file say
    report = json.loads(behind.s3.get_object(Bucket=DATA_BUCKET, Key=f"reports/{file.stem}.json")["Body"].read())
    assert (report["as_of"], report["budget"]["limit"], report["reasons"]) == ("2026-06-30", 20, 2)
    counts = visit.text("file-counts")
    for number in (report["rows"], report["scored"], report["rejected"]):
        assert words.count(number) in counts
    assert words.money(report["budget"]["expected_spend"], "USD") in counts
    rows = visit.text("file-rows")
    assert "Impulse buying score =" in rows
    assert "points)" in rows
    assert "{" not in rows  # no JSON
    visit.looks_right("explained-files")
