"""Metrics, routing and usage in words and sums."""

import datetime as dt

from console.tabs import dashboard
from console.usage import LATENCY, Usage, from_reports
from lambda_fn.registry import Routing

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


def test_usage_is_summed_with_the_share_of_rejected_rows() -> None:
    shown = dashboard.usage_facts(from_reports([REPORT, REPORT]), "USD")
    for part in ("<dd>2</dd>", "<dd>180</dd>", "10.0\u00a0% of all", "25.00 USD", "160.00 USD", "0.300"):
        assert part in shown


def test_recoverable_and_expected_margin_stand_side_by_side_by_week() -> None:
    older = {**REPORT, "input": {"last_modified": "2026-11-18T08:00:00+00:00"}}
    del older["recoverable_margin"]  # a report of an earlier release
    figure = dashboard.margins_figure(from_reports([REPORT, REPORT, older]), "USD")
    assert [(one.name, list(one.x), list(one.y)) for one in figure.data] == [
        ("Recoverable", ["2026-11-16", "2026-11-23"], [0, 160]),
        ("Expected to be recovered", ["2026-11-16", "2026-11-23"], [12.5, 25]),
    ]
    assert figure.layout.barmode == "group"


def test_latency_is_drawn_by_day_where_it_was_measured() -> None:
    assert dashboard.latency_figure(from_reports([REPORT])) is None
    measured = Usage("CloudWatch", {LATENCY: {dt.date(2026, 11, 24): 7.0, dt.date(2026, 11, 23): 5.5}})
    figure = dashboard.latency_figure(measured)
    assert figure is not None
    assert (list(figure.data[0].x), list(figure.data[0].y)) == (["2026-11-23", "2026-11-24"], [5.5, 7.0])
    assert "p95" in figure.layout.yaxis.title.text


def test_weeks_begin_on_mondays() -> None:
    days = {dt.date(2026, 11, 22): 1.0, dt.date(2026, 11, 23): 2.0, dt.date(2026, 11, 26): 3.0}
    assert dashboard.by_week(days) == {dt.date(2026, 11, 16): 1.0, dt.date(2026, 11, 23): 5.0}


def test_the_model_stands_beside_constant_and_limit() -> None:
    metrics = {"f1": 0.95, "constant_f1": 0.76, "limit_f1": 0.952, "holdout_rows": 20_000}
    shown = dashboard.metrics_html(metrics, "v1")
    assert "<td>F1</td><td class='number'>0.9500</td><td class='number'>0.7600</td><td class='number'>-</td>" in shown
    assert "20,000 holdout rows" in shown


def test_who_promoted_what_is_listed_latest_first() -> None:
    routing = Routing.first("v1", "because").promoted("v2", "better")
    shown = dashboard.routing_html(routing, ["v1", "v2"])
    assert shown.index("better") < shown.index("because")
    assert "no experiment runs" in shown
