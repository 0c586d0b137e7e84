"""What offers recovered against shoppers without one: the daily watch, and what was learnt, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from console import markup, words

ALARMS: Final = {
    "sample-ratio": "The groups were not split as planned: do not use the outcomes before somebody found out why.",
    "margin-below-expected": "An offer earns less than the policy expects: see the table, and train again on outcomes.",
    "decisions-lost": "The log lacks decisions that were made.",
}
NO_WATCH: Final = markup.note(
    "info", "No decisions are watched here yet",
    "With a control group, logged decisions and outcomes, the daily watch reports here: python -m training watch.",
)  # fmt: skip
NO_LEARNT: Final = markup.note(
    "info", "Nothing learnt yet", "Choose the learnt.json that python -m training learn writes."
)


class NotLearnt(Exception):
    """A file is no learnt.json; the message says what to do."""


def watch_html(day: str, report: Mapping[str, Any]) -> str:
    """Return a day's report: matured decisions, the split, and each offer's margin against the expected."""
    ratio = report["sample_ratio"]
    split = "NOT as planned" if ratio["broken"] else "as planned"
    facts = markup.facts(
        [
            markup.Fact("Matured decisions", words.count(report["matured"]), "their outcomes are complete"),
            markup.Fact("Pending", words.percent(report["pending_share"], 1), "outcomes may still come"),
            markup.Fact("Split of the customers", split, f"p-value {ratio['p_value']:.4g}"),
        ]
    )
    rings = "".join(markup.note("problem", "Alarm", ALARMS.get(name, name)) for name in report["alarms"])
    rings += "".join(
        markup.note("problem", f"{name} could not be read", f"{reason}. Its orders are missing below.")
        for name, reason in report.get("outcomes", {}).get("unusable_files", {}).items()
    )
    rows = [
        (words.offer(one["offer"]), words.count(one["shoppers"]), f"{one['realised']:+.2f}", f"{one['expected']:+.2f}",
         f"{one['difference']:+.2f} ({one['interval'][0]:+.2f} to {one['interval'][1]:+.2f})")
        for one in report["margins"]
    ]  # fmt: skip
    columns = ("Offer", "Customers", "Realised margin", "Expected margin", "Difference (interval)")
    table = markup.table("Margin per customer", columns, rows, columns[1:]) if rows else ""
    return rings + facts + table + markup.source(f"reports/watch/{day}.json, the daily watch over logged decisions")


def read_learnt(path: Path) -> dict[str, Any]:
    """Read a learnt.json. Raises NotLearnt."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotLearnt("This file is no JSON. Choose the learnt.json that python -m training learn writes.") from error
    if not isinstance(found, dict) or not {"effects", "sample_ratio", "counts"} <= set(found):
        raise NotLearnt("This JSON holds no effects. Choose the learnt.json that python -m training learn writes.")
    return found


def learnt_html(learnt: Mapping[str, Any]) -> str:
    """Return what each offer recovered: the difference to no offer for each customer, and for all who got it."""
    if learnt["sample_ratio"]["broken"]:
        return markup.note("problem", "Do not use these outcomes", ALARMS["sample-ratio"])
    rows = [_recovered(effect) for effect in learnt["effects"]]
    columns = ("Offer", "Customers", "More of them buy", "More revenue each", "Recovered revenue (interval)")
    table = markup.table("What the offers recovered", columns, rows, columns[1:])
    source = (
        f"learnt.json of {learnt.get('data', 'logged decisions')}, {words.count(learnt['counts']['matured'])} decisions"
    )
    return table + markup.source(f"{source}; against customers without an offer")


def _recovered(effect: Mapping[str, Any]) -> tuple[str, ...]:
    decisions = effect["treated"]["decisions"]
    name = (words.offer(effect["offer"]), words.count(decisions))
    revenue, conversion = effect["revenue"], effect["conversion"]
    if revenue is None or conversion is None:
        return (*name, "-", "-", effect["not_compared"] or "not compared")
    low, high = (decisions * end for end in revenue["interval"])
    total = decisions * revenue["difference"]
    return (
        *name,
        words.points(conversion["difference"]),
        f"{revenue['difference']:+.2f}",
        f"{total:+,.0f} ({low:+,.0f} to {high:+,.0f})",
    )
