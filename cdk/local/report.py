"""The report of a demo: JSON for programs; ``story`` prints it for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cdk.ops.client import JobResult


@dataclass(frozen=True)
class DemoReport:
    """A run of the demo, as the deployed system answered it.

    id_name: what the shop calls a shopper's id.
    metrics: of the model, on the holdout.
    request, prediction: sent to the API with its key, and its answer.
    status_without_key: HTTP status of the same request without the key.
    job: results of the dropped file.
    steps_seconds: duration of each step, by its name.
    """

    model_version: str
    id_name: str
    metrics: dict[str, Any]
    request: dict[str, Any]
    prediction: dict[str, Any]
    status_without_key: int
    job: JobResult
    steps_seconds: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """Return what ``.local/demo.json`` holds."""
        return {
            "model_version": self.model_version,
            "metrics": self.metrics,
            "prediction": self.prediction,
            "status_without_key": self.status_without_key,
            "batch": {
                "rows": self.job.report["rows"],
                "scored": len(self.job.scored),
                "rejected": len(self.job.rejected),
            },
            "largest_stability_index": self.job.report.get("largest_stability_index"),
            "steps_seconds": self.steps_seconds,
        }
