"""Usage in sums, and by day and week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import plotly.graph_objects as go

from console import figures, markup, words
from console.usage import EXPECTED, LATENCY, PERCENTILE, RECOVERABLE, Usage


def usage_facts(found: Usage, currency: str) -> str:
    """Return the sums of a period."""
    sums = {name: sum(days.values()) for name, days in found.series.items()}
    scored, rejected = sums.get("Rows scored", 0.0), sums.get("Rows rejected", 0.0)
    shown = [markup.Fact("Predictions by the API", words.count(sums["Predictions"]))] if "Predictions" in sums else []
    if "Files" in sums:
        shown.append(markup.Fact("Files", words.count(sums["Files"])))
    shown += [
        markup.Fact("Customers scored in files", words.count(scored)),
        markup.Fact(
            "Rows rejected",
            words.count(rejected),
            f"{words.percent(rejected / (scored + rejected), 1)} of all" if scored + rejected else "",
        ),
    ]
    if RECOVERABLE in sums:
        told = "expected cost of abandonment; offers recover a part of it"
        shown.append(markup.Fact("Recoverable margin", words.money(sums[RECOVERABLE], currency), told))
    shown += [
        markup.Fact(
            "Expected recovered margin",
            words.money(sums.get(EXPECTED, 0.0), currency),
            "of the offers, over doing nothing",
        ),
        markup.Fact(
            "Largest drift", f"{max(found.series.get('Drift', {}).values(), default=0.0):.3f}", "PSI; changed above 0.2"
        ),
    ]
    return markup.facts(shown)


def levels_figure(found: Usage) -> go.Figure:
    """Return the customers by risk level and day."""
    days = sorted({day for name in words.LEVELS for day in found.series.get(name, {})})
    levels = {text: [found.series.get(name, {}).get(day, 0.0) for day in days] for name, text in words.LEVELS.items()}
    return figures.by_time(days, levels, "customers a day")


def margins_figure(found: Usage, currency: str) -> go.Figure:
    """Return the recoverable margin and what the offers are expected to recover of it, by week."""
    weeks = {name: by_week(found.series.get(name, {})) for name in (RECOVERABLE, EXPECTED)}
    mondays = sorted({monday for found_weeks in weeks.values() for monday in found_weeks})
    shown = {
        name: [of_week.get(monday, 0.0) for monday in mondays]
        for name, of_week in (("Recoverable", weeks[RECOVERABLE]), ("Expected to be recovered", weeks[EXPECTED]))
        if of_week
    }
    return figures.by_time(mondays, shown, f"{currency} a week, from Monday", stacked=False)


def latency_figure(found: Usage) -> go.Figure | None:
    """Return the API's latency by day; None where nobody measured it."""
    days = found.series.get(LATENCY, {})
    if not days:
        return None
    return figures.line(sorted(days), [days[day] for day in sorted(days)], f"{PERCENTILE} of a prediction, ms")


def by_week(days: Mapping[dt.date, float]) -> dict[dt.date, float]:
    """Return sums by week, each under its Monday."""
    weeks: dict[dt.date, float] = {}
    for day, number in sorted(days.items()):
        monday = day - dt.timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, 0.0) + number
    return weeks
