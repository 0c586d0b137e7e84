"""What MLflow keeps of a run: its parameters, metrics and plots."""

from __future__ import annotations

import tempfile
from pathlib import Path

from lambda_fn.registry import Artefact
from training.data.prepared import Prepared
from training.models.candidate import Candidate
from training.models.families import settings
from training.release.tracking import Tracker


def record_run(tracker: Tracker, prepared: Prepared, candidate: Candidate, artefact: Artefact) -> None:
    """Record what went into a run and what came out of it."""
    from training.evaluation.plots import write_plots  # matplotlib is slow to import

    metrics = artefact.manifest.metrics
    tracker.parameters(_parameters(prepared, candidate, artefact))
    tracker.metrics(metrics)
    with tempfile.TemporaryDirectory() as folder:
        write_plots(prepared, candidate, metrics, Path(folder))
        tracker.files(Path(folder), "plots")


def _parameters(prepared: Prepared, candidate: Candidate, artefact: Artefact) -> dict[str, object]:
    options = prepared.options
    estimator = {name: value for name, value in settings(candidate.estimator).items() if value is not None}
    return {
        "family": candidate.family,
        "data": options.path.name,
        "rows": prepared.fingerprint.rows,
        "shop": options.shop.name,
        "rows_kept": str(artefact.manifest.metrics["rows_kept"]),
        "label": artefact.manifest.metrics["label"],
        "as_of": prepared.as_of,
        "features": len(prepared.recipe.feature_names),
        "calibration": candidate.calibration_name,
        **{f"estimator__{name}": value for name, value in estimator.items()},
    }
