"""Results as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from lambda_fn.routing import LogEntry
    from training.data.checks import Report
    from training.gate import Gate
    from training.models.compare import Comparison

NOT_RECORDED = "not recorded"  # by a release that did not ask who
_METRICS = ("f1", "roc_auc", "average_precision", "accuracy", "brier", "log_loss", "expected_calibration_error")


def metrics_table(metrics: dict[str, Any]) -> Table:
    """Return the holdout's metrics beside constant, best single feature, and Bayes optimum where it is known."""
    rows = metrics["holdout_rows"]
    alone = f"{metrics['best_single_feature']} alone"
    compared = {"constant": "constant", "best_single_feature": alone}
    if "limit_f1" in metrics:  # the data are the twin: what no model can exceed is known
        compared["limit"] = "Bayes optimum"
    table = Table(f"{metrics['family']} on {rows:,} rows", "model", "95 % interval", *compared.values())
    for name in _METRICS:
        low, high = metrics["intervals_95"][name]
        others = [metrics.get(f"{prefix}_{name}") for prefix in compared]
        shown = ["" if value is None else f"{value:.4f}" for value in others]
        table.add_row(name, f"{metrics[name]:.4f}", f"{low:.4f} to {high:.4f}", *shown)
    return table


def comparison_table(comparison: Comparison) -> Table:
    """Return the compared families, the chosen one marked."""
    table = Table(
        "family",
        "log loss, blanks",
        "AUC",
        "95 % interval",
        "AUC in folds",
        "F1",
        "log loss",
        "fit s",
        "us a row",
        "KiB",
    )
    for entry in comparison.entries:
        low, high = entry.roc_auc_interval
        mark = " (chosen)" if entry is comparison.chosen else ""
        folds = entry.fold_aucs
        table.add_row(
            f"{entry.candidate.family}{mark}",
            f"{entry.blanked_log_loss:.4f}",
            f"{entry.roc_auc:.4f}",
            f"{low:.4f} to {high:.4f}",
            f"{sum(folds) / len(folds):.4f}" if folds else "",
            f"{entry.f1:.4f}",
            f"{entry.log_loss:.4f}",
            f"{entry.candidate.fit_seconds:.1f}",
            f"{entry.microseconds_per_row:.2f}",
            f"{len(entry.candidate.onnx) / 1024:,.0f}",
        )
    return table


def findings_table(report: Report) -> Table:
    """Return what the data checks found."""
    table = Table("level", "check", "rows", "message")
    for finding in report.findings:
        table.add_row(finding.level, finding.check, f"{finding.rows:,}" if finding.rows else "", finding.message)
    return table


def importance_table(rows: list[dict[str, Any]]) -> Table:
    """Return what each input tells about the label, the strongest first."""
    table = Table("input", "AUC lost when shuffled", "mutual information (nats)", "correlation")
    for row in rows:
        correlation = "" if row["correlation"] is None else f"{row['correlation']:+.3f}"
        figures = (f"{row['importance']:z.4f}", f"{row['mutual_information']:.4f}", correlation)
        table.add_row(row["input"], *figures)
    return table


def gates_table(gates: list[Gate]) -> Table:
    """Return what was asked of a model before it may become champion."""
    table = Table("gate", "passed", "figures")
    for gate in gates:
        table.add_row(gate.name, "yes" if gate.passed else "[bold red]no[/]", gate.detail)
    return table


def changes_table(log: Sequence[LogEntry]) -> Table:
    """Return what was done to the routing, the latest last."""
    table = Table("when", "what", "version", "who", "why")
    for entry in log:
        when = f"{entry.at:%Y-%m-%d %H:%M}"
        table.add_row(*map(escape, (when, entry.action, entry.version, entry.who or NOT_RECORDED, entry.why or "")))
    return table
