"""Plots for a reader of a run. matplotlib is imported here only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from training.data.prepared import Prepared
from training.evaluation.evaluate import Metrics
from training.evaluation.feature_importance import correlations
from training.models.candidate import DECISION_THRESHOLD, Candidate
from training.models.metrics import Ranking


def write_plots(prepared: Prepared, candidate: Candidate, metrics: Metrics, folder: Path) -> list[Path]:
    """Write every plot as PNG and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    plots: dict[str, Callable[[Any], None]] = {
        "signals": lambda axes: _importances(axes, metrics),
        "correlations": lambda axes: _correlations(axes, prepared),
        "calibration": lambda axes: _calibration(axes, metrics),
        "roc": lambda axes: _roc(axes, prepared, candidate),
        "slices": lambda axes: _slices(axes, metrics),
        "blanked": lambda axes: _blanked(axes, metrics),
        **({"importance": lambda axes: _effects(axes, metrics)} if metrics.get("importance") else {}),
    }
    files = []
    for name, draw in plots.items():
        path = folder / f"{name}.png"
        with _figure(path) as axes:
            draw(axes)
        files.append(path)
    return files


@contextmanager
def _figure(path: Path) -> Iterator[Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), layout="constrained")  # without pyplot: no window system, no global state
    yield figure.add_subplot()
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _importances(axes: Any, metrics: Metrics) -> None:
    rows = metrics["signals"][:15][::-1]
    names = [row["input"] for row in rows]
    axes.barh(names, [row["importance"] for row in rows], height=0.4, align="edge", label="AUC lost when shuffled")
    axes.barh(names, [row["mutual_information"] for row in rows], height=-0.4, align="edge", label="mutual information")
    axes.set_title("What carries the signal (validation)")
    axes.legend()


def _correlations(axes: Any, prepared: Prepared) -> None:
    names, matrix = correlations(prepared)
    image = axes.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=5)
    axes.set_yticks(range(len(names)), names, fontsize=5)
    axes.figure.colorbar(image, ax=axes)
    axes.set_title("Correlations of the numeric inputs (training)")


def _calibration(axes: Any, metrics: Metrics) -> None:
    predicted, observed, rows = (
        np.array([item[key] for item in metrics["reliability"]]) for key in ("predicted", "observed", "rows")
    )
    axes.plot([0, 1], [0, 1], "--", color="grey")
    axes.scatter(predicted, observed, s=10 + 200 * rows / rows.max())
    axes.set(xlabel="predicted", ylabel="observed", title="Calibration (holdout); area: number of shoppers")


def _roc(axes: Any, prepared: Prepared, candidate: Candidate) -> None:
    labels = prepared.holdout.labels
    p = candidate.on_holdout(prepared)
    order = np.argsort(-p, kind="stable")
    hits = np.concatenate([[0], np.cumsum(labels[order])])
    misses = np.arange(len(hits)) - hits
    auc = Ranking(labels, p, DECISION_THRESHOLD).metrics()["roc_auc"]
    axes.plot(misses / misses[-1], hits / hits[-1], label=f"{candidate.family}, AUC {auc:.4f}")
    axes.plot([0, 1], [0, 1], "--", color="grey", label="constant, AUC 0.5")
    axes.set(xlabel="share of the others flagged", ylabel="share of abandoners flagged", title="ROC (holdout)")
    axes.legend()


def _blanked(axes: Any, metrics: Metrics) -> None:
    rows = metrics["blanked"]
    shares = [row["share"] for row in rows]
    axes.plot(shares, [row["log_loss"] for row in rows], "o-", label="log loss")
    if "blanked_limit" in metrics:
        axes.plot(shares, [row["log_loss"] for row in metrics["blanked_limit"]], "--", label="log loss, Bayes optimum")
    axes.plot(shares, [row["ece"] for row in rows], "o-", label="calibration error")
    axes.plot(shares, [row["ece_by_chance"] for row in rows], ":", label="calibration error by chance")
    axes.set(xlabel="share of inputs missing", title="When less is known (holdout)", ylim=(0, None))
    axes.legend()


def _effects(axes: Any, metrics: Metrics) -> None:
    rows = list(metrics["importance"].items())[:15][::-1]
    axes.barh([name for name, _ in rows], [effect for _, effect in rows])
    axes.set(xlabel="mean absolute effect, in probability", title="What moves the risk (holdout)")


def _slices(axes: Any, metrics: Metrics) -> None:
    rows = metrics["slices"][::-1]
    names = [f"{row['by']}: {row['group']}" for row in rows]
    axes.barh(names, [row["f1"] for row in rows], height=0.4, align="edge", label="F1")
    axes.barh(names, [row["flag_rate"] for row in rows], height=-0.4, align="edge", label="share flagged")
    axes.set_title("Slices (holdout)")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.05), ncols=2, frameon=False)  # the bars fill the axes
