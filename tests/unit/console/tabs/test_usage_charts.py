"""Usage in sums, by day and by week."""

import datetime as dt

from console.tabs import usage_charts
from console.usage import LATENCY, Usage, from_reports
from tests.unit.console.file_report import REPORT


def test_usage_is_summed_with_the_share_of_rejected_rows() -> None:
    shown = usage_charts.usage_facts(from_reports([REPORT, REPORT]), "USD")
    for part in ("<dd>2</dd>", "<dd>180</dd>", "10.0\u00a0% of all", "25.00 USD", "160.00 USD", "0.300"):
        assert part in shown


def test_recoverable_and_expected_margin_stand_side_by_side_by_week() -> None:
    older = {**REPORT, "input": {"last_modified": "2026-11-18T08:00:00+00:00"}}
    del older["recoverable_margin"]  # a report of an earlier release
    figure = usage_charts.margins_figure(from_reports([REPORT, REPORT, older]), "USD")
    assert [(one.name, list(one.x), list(one.y)) for one in figure.data] == [
        ("Recoverable", ["2026-11-16", "2026-11-23"], [0, 160]),
        ("Expected to be recovered", ["2026-11-16", "2026-11-23"], [12.5, 25]),
    ]
    assert figure.layout.barmode == "group"


def test_latency_is_drawn_by_day_where_it_was_measured() -> None:
    assert usage_charts.latency_figure(from_reports([REPORT])) is None
    measured = Usage("CloudWatch", {LATENCY: {dt.date(2026, 11, 24): 7.0, dt.date(2026, 11, 23): 5.5}})
    figure = usage_charts.latency_figure(measured)
    assert figure is not None
    assert (list(figure.data[0].x), list(figure.data[0].y)) == (["2026-11-23", "2026-11-24"], [5.5, 7.0])
    assert "p95" in figure.layout.yaxis.title.text


def test_weeks_begin_on_mondays() -> None:
    days = {dt.date(2026, 11, 22): 1.0, dt.date(2026, 11, 23): 2.0, dt.date(2026, 11, 26): 3.0}
    assert usage_charts.by_week(days) == {dt.date(2026, 11, 16): 1.0, dt.date(2026, 11, 23): 5.0}
