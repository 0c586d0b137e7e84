"""MLflow keeps what went into a run and what came out of it."""

from pathlib import Path
from typing import Any

import pytest

from lambda_fn.registry import Artefact
from training.data.prepared import Prepared
from training.evaluation.evaluate import Metrics
from training.models.candidate import Candidate
from training.release.run_record import record_run
from training.release.tracking import Tracker


class Notebook(Tracker):
    """A tracker that notes what it is given."""

    def __init__(self) -> None:
        self.noted: dict[str, Any] = {}

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def parameters(self, values: dict[str, Any]) -> None:
        self.noted["parameters"] = values

    def metrics(self, values: dict[str, Any]) -> None:
        self.noted["metrics"] = values

    def files(self, folder: Path, below: str | None = None) -> None:
        self.noted[f"files in {below}"] = sorted(path.name for path in folder.iterdir())


def draw_one(prepared: Prepared, candidate: Candidate, metrics: Metrics, folder: Path) -> None:
    assert candidate.family == metrics["family"]
    assert len(prepared.report.usable) == 6_000
    (folder / f"{candidate.family}.png").write_bytes(b"")


def test_parameters_metrics_and_plots_are_recorded(
    prepared: Prepared, logistic: Candidate, model: Artefact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.evaluation.plots.write_plots", draw_one)
    notebook = Notebook()
    record_run(notebook, prepared, logistic, model)
    assert notebook.noted["metrics"] is model.manifest.metrics
    assert notebook.noted["files in plots"] == ["logistic.png"]
    parameters = notebook.noted["parameters"]
    assert {name: value for name, value in parameters.items() if not name.startswith("estimator__")} == {
        "family": "logistic",
        "data": "usa.csv",
        "rows": 6_000,
        "shop": "shopper",
        "rows_kept": "{'country': ['USA']}",
        "label": "cart_abandonment_rate >= 30 percent",
        "as_of": prepared.as_of,
        "features": len(prepared.recipe.feature_names),
        "calibration": logistic.calibration_name,
    }
    assert parameters["estimator__max_iter"] == 1_000
    assert None not in parameters.values()
