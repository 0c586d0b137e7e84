from __future__ import annotations

from cdk.local.report import DemoReport
from cdk.ops.client import JobResult


def test_the_json_of_a_report_counts_the_rows_and_holds_none() -> None:
    report = DemoReport(
        model_version="v1",
        id_name="user_id",
        metrics={"f1": 0.7},
        request={"user_id": "u1"},
        prediction={"user_id": "u1"},
        status_without_key=403,
        job=JobResult(
            {"rows": 3, "largest_stability_index": 0.01, "drift": {}},
            [{"user_id": "u1"}, {"user_id": "u2"}],
            [{"line": "4"}],
        ),
        steps_seconds={"train": 20.4},
    )

    assert report.as_json() == {
        "model_version": "v1",
        "metrics": {"f1": 0.7},
        "prediction": {"user_id": "u1"},
        "status_without_key": 403,
        "batch": {"rows": 3, "scored": 2, "rejected": 1},
        "largest_stability_index": 0.01,
        "steps_seconds": {"train": 20.4},
    }
