from __future__ import annotations

import io
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
    "user_id": "u1",
    "abandonment_risk": "0.71",
    "risk_level": "HIGH",
    "recommended_intervention": "free_shipping",
    "estimated_margin_impact": "1.25",
}
REPORT = DemoReport(
    model_version="v1",
    metrics={"f1": 0.71234, "constant_f1": 0.61},
    request={"user_id": "u1"},
    prediction={"user_id": "u1", "risk_level": "HIGH"},
    status_without_key=403,
    job=JobResult({"rows": 3}, [ROW, {**ROW, "user_id": "u2"}], [{"line": "4", "reason": "age: [forty] is no number"}]),
    steps_seconds={"train": 20.4, "deploy": 10.0},
)


def test_the_story_has_every_figure_of_the_report() -> None:
    # Given a report, and the stack that it is about
    stack = DeployedStack(
        cast("MiniStack", None), StackOutputs.model_validate(OUTPUTS), TrainedModel("v1", {}), Path("shoppers.csv")
    )
    console = Console(file=io.StringIO(), record=True, width=120)

    # When it is told
    story.tell(REPORT, stack, console)

    # Then it says where things were, how good the model is, what was answered, and that no row is lost
    text = console.export_text()
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
        "30 s in all",
    ):
        assert part in text
