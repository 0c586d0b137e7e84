"""The report on a scored file, in words."""

import json
from typing import Any

from console.tabs import file_report

REPORT: dict[str, Any] = {
    "outputs": {"scored": "scored/a/b.csv", "rejected": "rejected/a/b.csv"},
    "rows": 1010,
    "scored": 1000,
    "rejected": 10,
    "model_version": "v1",
    "as_of": "2026-11-26",
    "risk_levels": {"LOW": 600, "MEDIUM": 300, "HIGH": 100},
    "interventions": {"none": 900, "discount_10": 100, "reminder": 0},
    "expected_margin": 123.456,
    "currency": "USD",
    "budget": {"limit": 50.0, "expected_spend": 49.5},
    "drift": {
        "age": {"stability_index": 0.31, "missing_share": 0.0},
        "spend": {"stability_index": None, "missing_share": 0.25, "missing_share_in_training": 0.03},
    },
}


def test_counts_add_up_and_say_what_the_budget_bought() -> None:
    shown = file_report.counts_html(REPORT)
    for part in (
        "1,010",
        "1,000",
        "1.0\u00a0%",
        "123.46 USD",
        "49.50 USD",
        "of a budget of 50.00 USD",
        "reports/a/b.json",
    ):
        assert part in shown


def test_there_is_one_list_an_offer_that_somebody_gets() -> None:
    shown = file_report.downloads_html(REPORT)
    assert "/download/segment?file=a%2Fb&amp;offer=discount_10" in shown
    assert "Discount 10 (100)" in shown
    assert "offer=none" not in shown
    assert "offer=reminder" not in shown


def test_drift_names_the_changed_inputs_and_the_blanks() -> None:
    shown = file_report.drift_html(REPORT)
    assert "1 of 2 inputs have changed" in shown
    assert shown.index("Age") < shown.index("Spend")
    assert "<td class='number'>25.0\u00a0%</td><td class='number'>3.0\u00a0%</td>" in shown
    assert "too few rows" in shown


def test_the_mixes_are_the_report_s() -> None:
    levels, offers = file_report.mix_figures(REPORT)
    assert dict(zip(levels.data[0].y, levels.data[0].x, strict=True)) == {
        "Low risk": 600,
        "Medium risk": 300,
        "High risk": 100,
    }
    assert dict(zip(offers.data[0].y, offers.data[0].x, strict=True)) == {
        "No offer": 900,
        "Discount 10": 100,
        "Reminder": 0,
    }


def test_reasons_of_a_row_are_told_in_words() -> None:
    first = {"field": "impulse_buying_score", "value": 8, "effect": 0.31}
    reasons = json.dumps([first, {"field": "town", "value": "Bonn", "effect": -0.05}])
    shown = file_report.rows_html([{"user_id": "1", "reasons": reasons}, {"user_id": "2", "reasons": "[]"}], "Rows", "")
    assert "<td class='long'>Impulse buying score = 8 (+31.0 points); Town = Bonn (-5.0 points)</td>" in shown
    assert "<td>2</td><td></td>" in shown
    assert "[broken" in file_report.rows_html([{"reasons": "[broken"}], "Rows", "")
