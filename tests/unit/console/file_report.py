"""What the console reads of a report on a dropped file."""

REPORT = {
    "input": {"last_modified": "2026-11-25T23:30:00+00:00"},
    "scored": 90,
    "rejected": 10,
    "expected_margin": 12.5,
    "recoverable_margin": 80.0,
    "risk_levels": {"LOW": 50, "MEDIUM": 30, "HIGH": 10},
    "largest_stability_index": 0.3,
}
