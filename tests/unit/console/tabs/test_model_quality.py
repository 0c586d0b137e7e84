"""Metrics and routing in words."""

from console.tabs import model_quality
from lambda_fn.routing import Routing


def test_the_model_stands_beside_constant_and_limit() -> None:
    metrics = {"f1": 0.95, "constant_f1": 0.76, "limit_f1": 0.952, "holdout_rows": 20_000}
    shown = model_quality.metrics_html(metrics, "v1")
    assert "<td>F1</td><td class='number'>0.9500</td><td class='number'>0.7600</td><td class='number'>-</td>" in shown
    assert "20,000 holdout rows" in shown


def test_who_promoted_what_is_listed_latest_first() -> None:
    # Given a promotion by a release that did not ask who, and one by a role of AWS
    routing = Routing.first("v1", "because").promoted("v2", "better", "arn:aws:sts::1:assumed-role/ann/<session>")
    shown = model_quality.routing_html(routing, ["v1", "v2"])
    assert shown.index("better") < shown.index("because")
    assert "<td>v1</td><td>not recorded</td><td>because</td>" in shown
    assert ">arn:aws:sts::1:assumed-role/ann/&lt;session&gt;</td><td>better</td>" in shown
    assert "no experiment runs" in shown
