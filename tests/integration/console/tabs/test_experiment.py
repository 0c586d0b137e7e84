"""The loop's reports in a browser: the daily watch from the bucket, and an uploaded learnt.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.stand_in import DATA_BUCKET, StandIn
from tests.browser.visit import TIMEOUT_MS, Visit
from tests.unit.console.tabs.test_control_group import LEARNT, REPORT

pytestmark = pytest.mark.slow


def test_the_watch_and_what_was_learnt_are_shown_where_they_are_there(
    visit: Visit, behind: StandIn, tmp_path: Path
) -> None:
    # Given a report of the watch in the bucket
    behind.s3.put_object(Bucket=DATA_BUCKET, Key="reports/watch/2026-11-26.json", Body=json.dumps(REPORT).encode())
    visit.tab("Experiment")
    expect(visit.page.locator("#watched")).to_contain_text("12,000", timeout=TIMEOUT_MS)
    assert "An offer earns less than the policy expects" in visit.text("watched")
    assert "Nothing learnt yet" in visit.text("recovered")

    # When a learnt.json is chosen, then it says what the offers recovered
    file = tmp_path / "learnt.json"
    file.write_text(json.dumps(LEARNT))
    visit.page.locator("#learnt input[type=file]").set_input_files(file)
    expect(visit.page.locator("#recovered")).to_contain_text("+2,500 (+1,000 to +4,000)", timeout=TIMEOUT_MS)
    visit.looks_right("explained-experiment")
