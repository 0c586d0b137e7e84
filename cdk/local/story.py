"""A demo's report, printed for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cdk.local.paths import DEMO_REPORT, ROOT
from cdk.local.report import DemoReport
from cdk.local.stack import DeployedStack

SCORED_SHOWN = 8
REASONS_SHOWN = 4
CHANGED = 0.2  # population stability index above which an input counts as changed
DRIFT_SHOWN = 3
SCORED_COLUMNS = {
    "risk": "abandonment_risk",
    "level": "risk_level",
    "intervention": "recommended_intervention",
    "expected margin": "estimated_margin_impact",
}
# The metrics that are shown, and what to call them.
METRICS = (
    ("f1", "F1"),
    ("accuracy", "Accuracy"),
    ("roc_auc", "ROC AUC"),
    ("brier", "Brier score (less is better)"),
)
# Whose metrics they are, by what their names begin with.
COMPARED = {
    "": "model",
    "constant_": "constant",
    "best_single_feature_": "best single input",
    "limit_": "best possible",
}


def tell(report: DemoReport, stack: DeployedStack, console: Console) -> None:
    """Print the story."""
    _heading(console, "What was deployed, on a local AWS that is gone again")
    for label, value in (
        ("API", stack.outputs.api_url),
        ("Models", f"s3://{stack.outputs.registry_bucket}"),
        ("Files", f"s3://{stack.outputs.data_bucket}"),
        ("Workflow", stack.outputs.state_machine_arn),
    ):
        console.print(f"{label:<9} {escape(value)}", highlight=False, soft_wrap=True)

    _heading(console, f"The model {report.model_version}, beside a constant that always says 'will abandon'")
    console.print(_metrics_table(report.metrics))

    _heading(console, "One prediction through API Gateway")
    console.print_json(data=report.prediction)
    console.print(f"The same call without the API key: [bold]{report.status_without_key}[/] (refused)")

    _heading(console, "The first customers of the dropped file, scored")
    console.print(_scored_table(report.job.scored[:SCORED_SHOWN], report.id_name))
    for label, column in (("Risk", "risk_level"), ("Intervention", "recommended_intervention")):
        console.print(f"{label}: {_counts(row[column] for row in report.job.scored)}", highlight=False)

    _heading(console, "Nothing lost")
    scored, rejected = len(report.job.scored), len(report.job.rejected)
    console.print(f"{scored + rejected:,} rows in = {scored:,} scored + {rejected:,} rejected")
    for row in report.job.rejected[:REASONS_SHOWN]:
        console.print(f"  line {row['line']}: {escape(row['reason'])}", highlight=False)
    margin = sum(float(row["estimated_margin_impact"]) for row in report.job.scored)
    console.print(f"Expected margin of the recommended interventions: {margin:,.2f}")
    console.print(_drift(report.job.report.get("drift")), highlight=False)

    console.print(f"\n{sum(report.steps_seconds.values()):.0f} s in all; the same as JSON: ", end="")
    console.print(str(DEMO_REPORT.relative_to(ROOT)), highlight=False)
    console.print("The page for business users: make local && make console", highlight=False)


def _heading(console: Console, text: str) -> None:
    console.print(f"\n[bold]{escape(text)}[/]")


def _metrics_table(metrics: Mapping[str, Any]) -> Table:
    # Only of simulated shoppers is it known how well anyone could do.
    columns = {prefix: title for prefix, title in COMPARED.items() if prefix + METRICS[0][0] in metrics}
    table = Table("", *columns.values())
    for name, label in METRICS:
        values = (metrics.get(prefix + name) for prefix in columns)
        table.add_row(label, *("-" if value is None else f"{value:.4f}" for value in values))
    return table


def _scored_table(rows: Iterable[Mapping[str, str]], id_name: str) -> Table:
    table = Table(escape(id_name), *SCORED_COLUMNS)
    for row in rows:
        table.add_row(*(escape(row[name]) for name in (id_name, *SCORED_COLUMNS.values())))
    return table


def _drift(inputs: Mapping[str, Mapping[str, float]] | None) -> str:
    """Say how far the file's inputs are from those of the training, the furthest first."""
    if not inputs:
        return "Drift: not measured on so few rows"
    moved = sorted(((part["stability_index"], name) for name, part in inputs.items()), reverse=True)
    furthest = ", ".join(f"{escape(name)} {index:.4f}" for index, name in moved[:DRIFT_SHOWN])
    return (
        f"Drift: of {len(moved)} inputs {sum(index > CHANGED for index, _ in moved)} changed (population stability "
        f"index above {CHANGED:g}); the furthest: {furthest}"
    )


def _counts(values: Iterable[str]) -> str:
    return ", ".join(f"{count:,} {escape(value)}" for value, count in Counter(values).most_common())
