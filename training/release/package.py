"""Put a trained model and everything it says about itself into one artefact."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
import os
import platform
from pathlib import Path
from typing import Any, Final

import numpy as np

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.manifest import (
    MANIFEST_FILE,
    METRICS_FILE,
    MODEL_CARD_FILE,
    MODEL_FILE,
    FileEntry,
    Manifest,
)
from lambda_fn.scoring.artefact.manifest_formats import read_manifest
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.errors import ArtefactRejected
from lambda_fn.scoring.service import Scorer
from training.data.histograms import histograms
from training.data.prepared import Prepared
from training.errors import PublishRefused, TrainingError
from training.evaluation.evaluate import Metrics
from training.models.candidate import DECISION_THRESHOLD, Candidate
from training.models.export import LARGEST_DIFFERENCE
from training.release.blanks_plots import blanks_plots
from training.release.model_card import CALIBRATION_PLOT_FILE, calibration_svg, model_card

LIBRARIES: Final = ("numpy", "pandas", "scikit-learn", "lightgbm", "onnx", "onnxruntime", "skl2onnx", "onnxmltools")
# What makes one model differ from another; when it was made, by which run, and how fast it is does not.
_CONTENT: Final = {
    "format_version", "family", "as_of", "recipe", "id_column", "dialect", "missing", "importance", "calibration",
    "decision_threshold", "policy", "histograms",
}  # fmt: skip
ROWS_OF_METRICS: Final = ("explained",)  # in metrics.json alone
_UNSTAMPED: Final = "v00000000T000000-00000000"


def package(
    prepared: Prepared,
    candidate: Candidate,
    policy: Policy,
    metrics: Metrics,
    *,
    created: dt.datetime,
    mlflow_run_id: str | None = None,
) -> Artefact:
    """Return the artefact.

    Its version carries ``created`` and a hash of what the model consists of.
    """
    files = {
        MODEL_FILE: candidate.onnx,
        METRICS_FILE: _as_json(metrics),
        MODEL_CARD_FILE: model_card(prepared, metrics, policy).encode(),
        CALIBRATION_PLOT_FILE: calibration_svg(metrics["reliability"]).encode(),
        **{name: plot.encode() for name, plot in blanks_plots(metrics).items()},
    }
    draft = Manifest(
        model_version=_UNSTAMPED,
        family=candidate.family,
        created=created,
        as_of=prepared.as_of,
        files={name: _entry(data) for name, data in files.items()},
        recipe=prepared.recipe,
        id_column=prepared.options.shop.table.id_column,
        dialect=prepared.options.shop.table.dialect,
        missing=candidate.missing,
        importance=metrics.get("importance", {}),
        calibration=candidate.calibration,
        decision_threshold=DECISION_THRESHOLD,
        policy=policy,
        metrics=_of_manifest(metrics),
        histograms=histograms(prepared.layout, prepared.columns(prepared.split.train), prepared.as_of),
        libraries=_libraries(),
        data=prepared.fingerprint,
        mlflow_run_id=mlflow_run_id,
    )
    version = f"v{created:%Y%m%dT%H%M%S}-{content_hash(draft)[:8]}"
    return Artefact(draft.model_copy(update={"model_version": version}), files)


def with_metrics(artefact: Artefact, more: Metrics) -> Artefact:
    """Return the artefact with more in its metrics; its version stays, as metrics are no part of the content hash."""
    manifest = artefact.manifest
    metrics = {**json.loads(artefact.files[METRICS_FILE]), **more}
    data = _as_json(metrics)
    files = {**manifest.files, METRICS_FILE: _entry(data)}
    changed = manifest.model_copy(update={"metrics": _of_manifest(metrics), "files": files})
    return Artefact(changed, {**artefact.files, METRICS_FILE: data})


def _of_manifest(metrics: Metrics) -> Metrics:
    """Return the metrics without the explained rows: a function that starts reads the manifest, and needs no rows."""
    return {name: value for name, value in metrics.items() if name not in ROWS_OF_METRICS}


def content_hash(manifest: Manifest) -> str:
    """Return the sha256 of what a model consists of: the same data and options give the same one."""
    content: dict[str, Any] = manifest.model_dump(mode="json", include=_CONTENT)
    content["model"] = manifest.files[MODEL_FILE].sha256
    content["data"] = manifest.data.sha256
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def check_served_alike(artefact: Artefact, prepared: Prepared, candidate: Candidate) -> None:
    """Raise PublishRefused unless the scoring core gives the holdout the probabilities that were evaluated."""
    scorer = Scorer(artefact.manifest, artefact.onnx)
    served = scorer.score(prepared.columns(prepared.split.holdout), prepared.as_of).risk
    difference = float(np.abs(served - candidate.served_on_holdout(prepared)).max())
    if not difference <= LARGEST_DIFFERENCE:
        raise PublishRefused(f"the scoring core differs from training by up to {difference:.2g} on the holdout")


def check_folder(folder: Path) -> None:
    """Raise TrainingError unless ``write`` could make its files below ``folder``; make nothing."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise TrainingError(f"nothing can be written below {folder}: {existing} is not a folder that you may write to")


def write(artefact: Artefact, folder: Path) -> Path:
    """Write the artefact's files below ``folder/<version>/`` and return that folder."""
    target = folder / artefact.manifest.model_version
    target.mkdir(parents=True, exist_ok=True)
    for name, data in artefact.files.items():
        (target / name).write_bytes(data)
    (target / MANIFEST_FILE).write_text(artefact.manifest.model_dump_json(indent=1), encoding="utf-8")
    return target


def read(folder: Path) -> Artefact:
    """Read an artefact that ``write`` wrote; raise ArtefactRejected where a file is missing or was changed."""
    try:
        manifest = read_manifest((folder / MANIFEST_FILE).read_bytes())
        files = {name: (folder / name).read_bytes() for name in manifest.files}
    except OSError as error:
        raise ArtefactRejected(f"{folder} holds no model: {error}") from error
    for name, entry in manifest.files.items():
        if _entry(files[name]) != entry:
            raise ArtefactRejected(f"{folder / name} does not have the checksum its manifest states")
    return Artefact(manifest, files)


def with_policy(artefact: Artefact, policy: Policy) -> Artefact:
    """Return the artefact with another policy, to try it out; raise PolicyError where it does not fit the recipe."""
    policy.check_against(artefact.manifest.recipe)
    return Artefact(artefact.manifest.model_copy(update={"policy": policy}), artefact.files)


def _as_json(metrics: Metrics) -> bytes:
    return json.dumps(metrics, indent=1, allow_nan=False).encode()


def _entry(data: bytes) -> FileEntry:
    return FileEntry(sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data))


def _libraries() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in LIBRARIES}}
