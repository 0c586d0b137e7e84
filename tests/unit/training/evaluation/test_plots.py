"""Every plot is written."""

from pathlib import Path

from training.data.prepared import Prepared
from training.evaluation.evaluate import Metrics
from training.evaluation.plots import write_plots
from training.models.candidate import Candidate


def test_plots_are_written(prepared: Prepared, logistic: Candidate, metrics: Metrics, tmp_path: Path) -> None:
    files = write_plots(prepared, logistic, metrics, tmp_path)
    assert [path.name for path in files] == [
        "signals.png",
        "correlations.png",
        "calibration.png",
        "roc.png",
        "slices.png",
        "blanked.png",
    ]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in files)
