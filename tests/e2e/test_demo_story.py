"""The claims of `make demo`, on the stack that it would have deployed."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from cdk.local import demo, story
from cdk.local.report import DemoReport
from cdk.local.spoil import WAYS
from cdk.local.stack import DeployedStack, release_model
from cdk.local.steps import StepFailed, Steps
from cdk.ops.client import ShopClient


def test_a_call_without_the_key_is_refused(demo_report: DemoReport) -> None:
    assert demo_report.status_without_key == 403


def test_a_prediction_has_every_promised_field_and_the_champions_version(demo_report: DemoReport) -> None:
    prediction = demo_report.prediction

    assert set(prediction) == {
        "user_id",
        "abandonment_risk",
        "risk_level",
        "recommended_intervention",
        "estimated_margin_impact",
        "confidence",
        "model_version",
        "prediction_timestamp",
        "decision_id",
        "policy_group",
        "warnings",
    }
    assert prediction["user_id"] == demo_report.request["user_id"]
    assert prediction["model_version"] == demo_report.model_version
    assert 0 <= prediction["abandonment_risk"] <= 1
    assert prediction["risk_level"] in {"LOW", "MEDIUM", "HIGH"}
    assert prediction["warnings"] == []


def test_the_model_beats_the_constant(demo_report: DemoReport) -> None:
    assert demo_report.metrics["f1"] > demo_report.metrics["constant_f1"] + 0.1


def test_every_dropped_row_is_scored_or_rejected_and_only_the_spoiled_ones_are_rejected(
    demo_report: DemoReport,
) -> None:
    job = demo_report.job

    assert demo_report.as_json()["batch"] == {
        "rows": demo.DROPPED_ROWS,
        "scored": demo.DROPPED_ROWS - demo.SPOILED_ROWS,
        "rejected": demo.SPOILED_ROWS,
    }
    assert {row["model_version"] for row in job.scored} == {demo_report.model_version}
    assert len({row["user_id"] for row in job.scored}) == len(job.scored)


def test_every_way_of_spoiling_a_row_has_a_reason(demo_report: DemoReport) -> None:
    reasons = Counter(row["reason"] for row in demo_report.job.rejected)

    assert all(reasons)
    assert max(reasons.values()) <= 2 * demo.SPOILED_ROWS / len(WAYS)


def test_a_shopper_gets_the_same_score_from_the_api_and_from_a_file(demo_report: DemoReport) -> None:
    from_file = {row["user_id"]: row for row in demo_report.job.scored}[str(demo_report.request["user_id"])]

    for name in ("abandonment_risk", "estimated_margin_impact", "confidence"):
        assert abs(float(from_file[name]) - demo_report.prediction[name]) < 1e-4, name
    for name in ("risk_level", "recommended_intervention", "model_version"):
        assert from_file[name] == demo_report.prediction[name]


def test_data_that_cannot_be_trained_on_fails_the_training_step_with_its_log(
    stack: DeployedStack, tmp_path: Path
) -> None:
    data = tmp_path / "not-shoppers.csv"
    data.write_text("colour,size\nred,3\n")

    with pytest.raises(StepFailed) as failed:
        release_model(stack.local_aws, stack.outputs, data, tmp_path, Steps(Console(file=io.StringIO())))

    assert failed.value.step == "Training and publishing a model"
    assert failed.value.log.parent == tmp_path
    assert "user_id" in failed.value.log.read_text()


def test_the_story_tells_all_of_it(demo_report: DemoReport, stack: DeployedStack, client: ShopClient) -> None:
    console = Console(file=io.StringIO(), record=True, width=120)

    story.tell(demo_report, stack, console)

    text = console.export_text()
    for told in (
        client.outputs.data_bucket,
        demo_report.model_version,
        f"{demo_report.metrics['f1']:.4f}",
        f"{demo_report.metrics['constant_f1']:.4f}",
        demo_report.prediction["recommended_intervention"],
        "20,000 rows in = 19,960 scored + 40 rejected",
        "403",
    ):
        assert told in text
