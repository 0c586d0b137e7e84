"""The daily watch and what was learnt, in words."""

import json
from pathlib import Path
from typing import Any

import pytest

from console.tabs import control_group
from console.tabs.control_group import NotLearnt

RATIO = {"p_value": 0.42, "broken": False}
REPORT: dict[str, Any] = {
    "matured": 12_000,
    "pending_share": 0.1,
    "sample_ratio": RATIO,
    "margins": [
        {"offer": "none", "shoppers": 400, "realised": 5.0, "expected": 4.8, "difference": 0.2,
         "interval": [-0.4, 0.8]},
        {"offer": "discount_10", "shoppers": 300, "realised": 6.5, "expected": 7.9, "difference": -1.4,
         "interval": [-2.0, -0.8]},
    ],
    "alarms": ["margin-below-expected"],
}  # fmt: skip
LEARNT: dict[str, Any] = {
    "data": "decisions.jsonl",
    "counts": {"matured": 9_000},
    "sample_ratio": RATIO,
    "effects": [
        {"offer": "discount_10", "not_compared": None, "treated": {"decisions": 2_000},
         "conversion": {"difference": 0.03}, "revenue": {"difference": 1.25, "interval": [0.5, 2.0]}},
        {"offer": "reminder", "not_compared": "fewer than 30 decisions", "treated": {"decisions": 12},
         "conversion": None, "revenue": None},
    ],
}  # fmt: skip


def test_a_day_s_report_says_split_margins_and_alarms() -> None:
    shown = control_group.watch_html("2026-11-26", REPORT)
    for part in ("12,000", "10.0\u00a0%", "as planned", "p-value 0.42", "No offer", "-1.40 (-2.00 to -0.80)",
                 "An offer earns less than the policy expects", "reports/watch/2026-11-26.json"):  # fmt: skip
        assert part in shown
    assert "could not be read" not in shown
    unread = {**REPORT, "outcomes": {"unusable_files": {"outcomes/may.csv": "outcomes/may.csv needs the column time"}}}
    assert "outcomes/may.csv needs the column time." in control_group.watch_html("2026-11-26", unread)
    broken = {**REPORT, "sample_ratio": {"p_value": 1e-6, "broken": True}, "alarms": ["sample-ratio"], "margins": []}
    assert "NOT as planned" in control_group.watch_html("2026-11-26", broken)


def test_recovered_revenue_is_the_difference_times_those_who_got_the_offer() -> None:
    shown = control_group.learnt_html(LEARNT)
    for part in ("+3.0 points", "+1.25", "+2,500 (+1,000 to +4,000)", "fewer than 30 decisions", "9,000 decisions"):
        assert part in shown


def test_outcomes_that_were_not_split_as_planned_are_not_shown() -> None:
    shown = control_group.learnt_html({**LEARNT, "sample_ratio": {"p_value": 1e-6, "broken": True}})
    assert "Do not use these outcomes" in shown
    assert "+2,500" not in shown


@pytest.mark.parametrize(("text", "said"), [("not json", "is no JSON"), ("[]", "no effects"), ("{}", "no effects")])
def test_another_file_is_refused_with_what_to_do(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "learnt.json"
    file.write_text(text)
    with pytest.raises(NotLearnt, match=said):
        control_group.read_learnt(file)
    file.write_text(json.dumps(LEARNT))
    assert control_group.read_learnt(file) == LEARNT
