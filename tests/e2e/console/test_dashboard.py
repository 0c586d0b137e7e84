"""Dashboard: the metrics document, the routing, and the reports, in their own numbers."""

from __future__ import annotations

import json
from typing import Any

from cdk.ops.client import ShopClient
from console import words
from lambda_fn import contract
from lambda_fn.registry import Registry
from tests.browser.visit import Visit


def test_the_dashboard_shows_the_numbers_of_metrics_routing_and_reports(
    visit: Visit, client: ShopClient, scored: dict[str, Any]
) -> None:
    assert scored["rows"] > 0
    reports = every_report(client)
    visit.tab("Dashboard")
    for part in ("#usage .facts", "#usage-margins .js-plotly-plot", "#quality table", "#routing .facts"):
        visit.page.locator(part).wait_for()

    metrics = client.get("/model/metrics", key=client.api_key).json()["metrics"]
    assert f"ROC AUC\t{metrics['roc_auc']:.4f}\t{metrics['constant_roc_auc']:.4f}\t" in visit.text("quality")
    assert words.count(metrics["confusion"]["true_positives"]) in visit.text("confusion")
    routing = Registry(client.outputs.registry_bucket, client.s3).routing()[0]
    assert routing.champion in visit.text("routing")
    usage = visit.text("usage")
    assert words.count(sum(report["scored"] for report in reports)) in usage
    assert words.money(sum(report["expected_margin"] for report in reports), "USD") in usage
    assert words.money(sum(report["recoverable_margin"] for report in reports), "USD") in usage
    assert "Source: the reports in the bucket" in usage
    drawn = visit.page.evaluate("document.querySelector('#usage-margins .js-plotly-plot').data.map((one) => one.name)")
    assert drawn == ["Recoverable", "Expected to be recovered"]


def every_report(client: ShopClient) -> list[dict[str, Any]]:
    bucket = client.outputs.data_bucket
    listed = client.s3.list_objects_v2(Bucket=bucket, Prefix=contract.REPORTS_PREFIX).get("Contents", [])
    return [json.loads(client.fetch(item["Key"]) or b"{}") for item in listed]
