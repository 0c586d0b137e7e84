"""Reports add up to usage by day."""

import datetime as dt

from console.usage import from_reports

REPORT = {
    "input": {"last_modified": "2026-11-25T23:30:00+00:00"},
    "scored": 90,
    "rejected": 10,
    "expected_margin": 12.5,
    "recoverable_margin": 80.0,
    "risk_levels": {"LOW": 50, "MEDIUM": 30, "HIGH": 10},
    "largest_stability_index": 0.3,
}


def test_reports_add_up_by_day() -> None:
    later = {**REPORT, "input": {"last_modified": "2026-11-26T08:00:00+00:00"}, "largest_stability_index": None}
    found = from_reports([REPORT, REPORT, later])
    assert found.series["Rows scored"] == {dt.date(2026, 11, 25): 180, dt.date(2026, 11, 26): 90}
    assert found.series["Files"] == {dt.date(2026, 11, 25): 2, dt.date(2026, 11, 26): 1}
    assert found.series["Drift"] == {dt.date(2026, 11, 25): 0.3, dt.date(2026, 11, 26): 0.0}
    assert not found.empty
    assert from_reports([]).empty
