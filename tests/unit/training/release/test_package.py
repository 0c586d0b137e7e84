"""A packaged model is what its manifest says, and is served as it was evaluated."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.manifest_formats import read_manifest
from training.data.prepare import read_rows
from training.data.prepared import Prepared
from training.errors import PublishRefused, TrainingError
from training.models import calibrate
from training.models.cross_fit import cross_fit
from training.release import package

BOTH = np.array([0, 1], dtype=np.int8)


def test_a_run_writes_an_artefact_that_reads_back_and_says_what_it_is(artefact: Path) -> None:
    files = {path.name for path in artefact.iterdir()}
    assert files == {"model.onnx", "manifest.json", "metrics.json", "model_card.md", "calibration.svg", "blanked.svg"}
    manifest = package.read(artefact).manifest
    assert manifest == read_manifest((artefact / "manifest.json").read_bytes())
    metrics = json.loads((artefact / "metrics.json").read_text())
    assert metrics == manifest.metrics
    assert sum(metrics["confusion"].values()) == metrics["holdout_rows"]
    required = {
        "f1", "roc_auc", "average_precision", "brier", "log_loss", "expected_calibration_error", "constant_f1",
        "best_single_feature_f1", "limit_f1", "limit_roc_auc", "holdout_rows",
    }  # fmt: skip
    assert required <= set(metrics)
    card = (artefact / "model_card.md").read_text()
    assert f"**{metrics['f1']:.4f}**" in card
    assert "`impulse_buying_score`, `stress_from_financial_decisions`" in card
    assert "`cart_abandonment_rate >= 30 percent`" in card


def test_a_changed_file_is_refused(artefact: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(artefact, tmp_path / artefact.name)
    (folder / "metrics.json").write_text("{}")
    with pytest.raises(Exception, match="does not have the checksum"):
        package.read(folder)


def test_what_is_served_must_be_what_was_evaluated(prepared: Prepared, model: Artefact) -> None:
    learnt_from, logistic = cross_fit(read_rows(prepared.options), prepared, "logistic", 0)
    package.check_served_alike(model, learnt_from, logistic)
    twisted = dataclasses.replace(logistic, calibration=calibrate.fit_sigmoid(BOTH, np.array([0.5, 0.5])))
    with pytest.raises(PublishRefused, match="differs from training"):
        package.check_served_alike(model, learnt_from, twisted)


def test_a_folder_that_cannot_be_written_is_refused_and_none_is_made(tmp_path: Path) -> None:
    package.check_folder(tmp_path / "new" / "deep")
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(TrainingError, match=r"nothing can be written below .*file is not a folder"):
            package.check_folder(folder)
