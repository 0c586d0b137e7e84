"""Reports add up to usage by day."""

import datetime as dt

from console.usage import from_reports
from tests.unit.console.file_report import REPORT


def test_reports_add_up_by_day() -> None:
    later = {**REPORT, "input": {"last_modified": "2026-11-26T08:00:00+00:00"}, "largest_stability_index": None}
    found = from_reports([REPORT, REPORT, later])
    assert found.series["Rows scored"] == {dt.date(2026, 11, 25): 180, dt.date(2026, 11, 26): 90}
    assert found.series["Files"] == {dt.date(2026, 11, 25): 2, dt.date(2026, 11, 26): 1}
    assert found.series["Drift"] == {dt.date(2026, 11, 25): 0.3, dt.date(2026, 11, 26): 0.0}
    assert not found.empty
    assert from_reports([]).empty
