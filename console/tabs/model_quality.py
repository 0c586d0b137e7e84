"""The champion's metrics and the routing, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from console import markup, words
from lambda_fn.routing import Routing

SHOWN_METRICS: Final = {
    "accuracy": ("Accuracy", "share of right predictions"),
    "f1": ("F1", "of those who abandon"),
    "roc_auc": ("ROC AUC", "ranks a leaver above a buyer"),
    "brier": ("Brier score", "squared error of the risk; less is better"),
    "log_loss": ("Log loss", "less is better"),
}
COMPARED: Final = {
    "": "Model",
    "constant_": "Constant",
    "best_single_feature_": "Best single input",
    "limit_": "Best possible",
}
MOST_SLICES: Final = 40


def metrics_html(metrics: Mapping[str, Any], version: str) -> str:
    """Return the model's metrics beside a constant answer, the best single input, and what is possible at all."""
    rows = [
        (name, *(_metric(metrics.get(prefix + key)) for prefix in COMPARED), about)
        for key, (name, about) in SHOWN_METRICS.items()
        if key in metrics
    ]
    columns = ("Metric", *COMPARED.values(), "What it says")
    source = markup.source(f"metrics.json of {version}, {words.count(metrics.get('holdout_rows', 0))} holdout rows")
    return (
        markup.table("Quality on customers that training never saw", columns, rows, tuple(COMPARED.values())) + source
    )


def confusion_html(metrics: Mapping[str, Any]) -> str:
    """Return the confusion matrix."""
    found = metrics["confusion"]
    rows = [
        ("Abandoned", words.count(found["true_positives"]), words.count(found["false_negatives"])),
        ("Bought", words.count(found["false_positives"]), words.count(found["true_negatives"])),
    ]
    columns = ("What happened", "Predicted to abandon", "Predicted to buy")
    return markup.table("Predictions and what happened", columns, rows, columns[1:])


def slices_html(metrics: Mapping[str, Any]) -> str:
    """Return the quality by group of customers."""
    rows = [
        (words.label(one["by"]), one["group"], words.count(one["rows"]), words.percent(one["positive_share"], 1),
         words.percent(one["flag_rate"], 1), f"{one['f1']:.3f}")
        for one in metrics.get("slices", [])[:MOST_SLICES]
    ]  # fmt: skip
    columns = ("By", "Group", "Rows", "Abandoned", "Predicted to abandon", "F1")
    shown = markup.table("Quality by group", columns, rows, columns[2:])
    return markup.details(f"Quality in {len(rows)} groups of customers", shown) if rows else ""


def blanked_html(metrics: Mapping[str, Any]) -> str:
    """Return the quality by share of blanks; empty where the model was not measured so."""
    rows = [
        (
            words.percent(one["share"]),
            f"{one['f1']:.3f}",
            f"{one['roc_auc']:.3f}",
            f"{one['ece']:.4f}",
            words.percent(one["mean_confidence"]),
        )
        for one in metrics.get("blanked", [])
    ]
    columns = ("Blank inputs", "F1", "ROC AUC", "Calibration error", "Mean confidence")
    return markup.table("Quality where less is known", columns, rows, columns) if rows else ""


def routing_html(routing: Routing, versions: Sequence[str]) -> str:
    """Return which versions serve, and who did what to them."""
    challenger = routing.challenger or "none"
    share = (
        words.percent(routing.challenger_share) + " of the customers" if routing.challenger else "no experiment runs"
    )
    shown = markup.facts(
        [
            markup.Fact("Champion", routing.champion, "answers"),
            markup.Fact("Challenger", challenger, share),
            markup.Fact("Versions", words.count(len(versions)), "in the registry"),
        ]
    )
    rows = [
        (words.when(entry.at), entry.action, entry.version, entry.who or "not recorded", entry.why or "")
        for entry in reversed(routing.log)
    ]
    return (
        shown
        + markup.table("What was promoted", ("When", "What", "Version", "Who", "Why"), rows)
        + markup.source("routing.json of the registry")
    )


def _metric(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
