"""Dashboards."""

from __future__ import annotations

import json

from lambda_fn import contract
from tests.infrastructure.synthesis import Synthesis, flat


def test_there_is_a_dashboard_for_the_service_and_one_for_its_operator(each: Synthesis) -> None:
    dashboards = {
        board["DashboardName"]: board["DashboardBody"]
        for board in each.properties("AWS::CloudWatch::Dashboard").values()
    }
    service = contract.service_name(each.environment.name)

    assert set(dashboards) == {f"{service}-operator", f"{service}-service"}
    drawn = flat(dashboards[f"{service}-service"])
    metrics = {value for name, value in vars(contract).items() if name.startswith("METRIC_") and isinstance(value, str)}
    metrics -= {contract.METRIC_NAMESPACE, contract.METRIC_REJECTED_SHARE}  # the share is drawn as rows
    assert [metric for metric in metrics if f'"{metric}"' not in drawn] == []
    json.loads(drawn)
    how_it_runs = flat(dashboards[f"{service}-operator"])
    assert how_it_runs.count('"ConcurrentExecutions"') == len(each.of_type("AWS::Lambda::Function"))
    never_there = ("IteratorAge", "ProvisionedConcurrency")
    assert [metric for metric in never_there if metric in how_it_runs] == []
