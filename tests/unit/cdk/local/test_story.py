from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import cast

from rich.console import Console

from cdk.local import story
from cdk.local.ministack import MiniStack
from cdk.local.model import TrainedModel
from cdk.local.report import DemoReport
from cdk.local.stack import DeployedStack
from cdk.ops.client import JobResult
from cdk.ops.outputs import StackOutputs
from tests.unit.cdk.stack_outputs import OUTPUTS

ROW = {
    "Kunden-Nr.": "u1",
    "abandonment_risk": "0.71",
    "risk_level": "HIGH",
    "recommended_intervention": "free_shipping",
    "estimated_margin_impact": "1.25",
}
DRIFT = {
    "Alter": {"stability_index": 0.01, "missing_share": 0.0},
    "Umsatz": {"stability_index": 0.31, "missing_share": 0.5},
}
REPORT = DemoReport(
    model_version="v1",
    id_name="Kunden-Nr.",
    metrics={"f1": 0.71234, "constant_f1": 0.61},
    request={"user_id": "u1"},
    prediction={"user_id": "u1", "risk_level": "HIGH"},
    status_without_key=403,
    job=JobResult(
        {"rows": 3, "drift": DRIFT},
        [ROW, {**ROW, "Kunden-Nr.": "u2"}],
        [{"line": "4", "reason": "age: [forty] is no number"}],
    ),
    steps_seconds={"train": 20.4, "deploy": 10.0},
)


def test_the_story_has_every_figure_of_the_report() -> None:
    # When a report is told
    text = told(REPORT)

    # Then it says where things were, how good the model is, what was answered, and that no row is lost
    for part in (
        "Files     s3://data-1\n",
        "0.7123",
        "0.6100",
        '"risk_level": "HIGH"',
        "without the API key: 403 (refused)",
        "Risk: 2 HIGH\n",
        "Intervention: 2 free_shipping\n",
        "3 rows in = 2 scored + 1 rejected\n",
        "  line 4: age: [forty] is no number\n",
        "Expected margin of the recommended interventions: 2.50\n",
        "Drift: of 2 inputs 1 changed (population stability index above 0.2); ",
        "the furthest: Umsatz 0.3100, Alter 0.0100\n",
        "30 s in all",
        "Kunden-Nr.",
    ):
        assert part in text
    assert "best possible" not in text  # nobody knows it of real shoppers


def told(report: DemoReport) -> str:
    stack = DeployedStack(
        cast("MiniStack", None), StackOutputs.model_validate(OUTPUTS), TrainedModel("v1", {}), Path("shoppers.csv")
    )
    console = Console(file=io.StringIO(), record=True, width=140)
    story.tell(report, stack, console)
    return console.export_text()


def test_the_best_possible_is_shown_where_it_is_known() -> None:
    assert "best possible" in told(replace(REPORT, metrics={**REPORT.metrics, "limit_f1": 0.8}))


def test_a_small_file_has_no_drift() -> None:
    few = replace(REPORT, job=replace(REPORT.job, report={"rows": 3, "drift": None}))

    assert "Drift: not measured on so few rows" in told(few)
