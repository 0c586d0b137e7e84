"""The model card, generated with the model and from nothing but what the run measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.artefact.recipe import Recipe
from training.data.label import constant_f1
from training.data.prepared import Prepared
from training.evaluation.evaluate import Metrics
from training.release.blanks_plots import BLANKED_PLOT_FILE, IMPORTANCE_PLOT_FILE

SCORE_UNIT: Final = "score, 0-10"  # of inputs that somebody judged
STRONGEST: Final = 3  # inputs named in the limits
NEARLY_ALL: Final = 0.95  # of the signal
CALIBRATION_PLOT_FILE: Final = "calibration.svg"
_METRICS: Final = (
    "f1",
    "precision",
    "recall",
    "accuracy",
    "roc_auc",
    "average_precision",
    "brier",
    "log_loss",
    "expected_calibration_error",
)


def model_card(prepared: Prepared, metrics: Metrics, policy: Policy) -> str:
    """Return the card as Markdown."""
    sections = (
        ("Intended use", _intended_use(policy)),
        ("Data and label", _data(prepared, metrics)),
        ("Metrics on the holdout", _metrics(metrics)),
        ("Calibration", _calibration(metrics)),
        ("When less is known", _blanked(metrics)),
        ("How the family was chosen", _comparison(metrics)),
        ("What carries the signal", _importances(metrics)),
        *([("What moves the risk", _moves(metrics))] if metrics.get("importance") else []),
        ("Slices", _slices(metrics)),
        ("Limits", _limits(prepared.recipe, metrics)),
    )
    title = f"# Cart abandonment risk: {metrics['family']}\n"
    return title + "".join(f"\n## {name}\n\n{text}\n" for name, text in sections)


def _intended_use(policy: Policy) -> str:
    offers = ", ".join(policy.choices[1:])
    return (
        "Rank a shop's known customers by the probability that they abandon carts, and choose for each the offer with "
        f"the largest expected contribution margin ({offers}, or nothing). Not for decisions about credit, employment, "
        "insurance or prices of necessities, and not for people about whom these inputs were not given knowingly.\n\n"
        f"Offers are chosen with a caution of {policy.caution.value:.0%} on recovery rates that are assumptions until "
        "an experiment has measured them."
    )


def _data(prepared: Prepared, metrics: Metrics) -> str:
    fingerprint = prepared.fingerprint
    rows = [
        ("file", fingerprint.source),
        ("sha256", f"`{fingerprint.sha256}`"),
        ("rows kept", _kept(metrics)),
        ("rows", f"{fingerprint.rows:,} read, {len(prepared.report.usable):,} used"),
        ("label", f"`{metrics['label']}`; the column was read as {metrics['label_unit']}"),
        ("recency counted to", str(prepared.as_of)),
        ("split", f"by a hash of {prepared.options.shop.table.id}, before anything was fitted"),
        ("measured", _measured(metrics)),
    ]
    shares = metrics["positive_shares"]
    counts = {name: metrics[f"{name}_rows"] for name in shares}
    parts = _table(
        ("part", "rows", "positive", "F1 of a constant"),
        ((name, f"{counts[name]:,}", f"{shares[name]:.2%}", f"{constant_f1(shares[name]):.4f}") for name in shares),
    )
    findings = [f"- {finding.level}: {finding.check}: {finding.message}" for finding in prepared.report.findings]
    checks = "\n".join(findings) if findings else "- nothing was found"
    return f"{_table(('', ''), rows)}\n\n{parts}\n\nData checks:\n\n{checks}"


def _measured(metrics: Metrics) -> str:
    if metrics["cross_fitted"]:
        return (
            "by cross-fitting, each row by a model that has not seen it; the model learnt from all but validation, and "
            "was calibrated on those predictions"
        )
    return "on the holdout, which nothing has seen"


def _kept(metrics: Metrics) -> str:
    kept = metrics["rows_kept"]
    return " and ".join(f"{name} {' or '.join(values)}" for name, values in kept.items()) if kept else "all"


def _metrics(metrics: Metrics) -> str:
    rows = []
    for name in _METRICS:
        low, high = metrics["intervals_95"][name]
        beside = (metrics.get(f"{prefix}_{name}") for prefix in ("constant", "best_single_feature", "limit"))
        rows.append((name, f"**{metrics[name]:.4f}**", f"{low:.4f} to {high:.4f}", *map(_figure, beside)))
    alone = f"{metrics['best_single_feature']} alone"
    header = ("metric", "model", "95 % interval", "constant", alone, "Bayes optimum")
    confusion = metrics["confusion"]
    optimum = (
        "The Bayes optimum is the exact posterior of the simulated data on the same rows: nothing can do better but by "
        "chance. "
        if "limit_f1" in metrics
        else "The Bayes optimum is known for the simulated twin only. "
    )
    return (
        f"{_table(header, rows)}\n\n{optimum}Intervals are bootstrap percentiles over the holdout's "
        f"{metrics['holdout_rows']:,} rows. Decision threshold: {metrics['decision_threshold']}. Confusion matrix: "
        + ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in confusion.items())
        + f"; together {sum(confusion.values()):,}."
    )


def _calibration(metrics: Metrics) -> str:
    rows = (
        (f"{item['predicted']:.3f}", f"{item['observed']:.3f}", f"{item['rows']:,.0f}")
        for item in metrics["reliability"]
    )
    return (
        f"![Predicted against observed abandonment]({CALIBRATION_PLOT_FILE})\n\n"
        f"Method: {metrics['calibration']}, chosen and fitted on validation.\n\n"
        + _table(("predicted", "observed", "rows"), rows)
    )


def _blanked(metrics: Metrics) -> str:
    limits = [f"{row['log_loss']:.4f}" for row in metrics.get("blanked_limit", ())] or [""] * len(metrics["blanked"])
    rows = (
        (
            f"{row['share']:.0%}",
            *(f"{row[name]:.4f}" for name in ("ece", "ece_by_chance", "log_loss")),
            limit,
            *(f"{row[name]:.4f}" for name in ("roc_auc", "mean_risk", "mean_confidence")),
        )
        for row, limit in zip(metrics["blanked"], limits, strict=True)
    )
    header = (
        "blank", "ECE", "ECE by chance", "log loss", "log loss, Bayes optimum", "AUC", "mean risk", "mean confidence",
    )  # fmt: skip
    return (
        f"![Calibration error and log loss by the share of blanks]({BLANKED_PLOT_FILE})\n\n"
        f"{_table(header, rows)}\n\nOn the holdout, each input missing with the given probability. ECE: over 15 bins "
        "of equal size; by chance: in 95 % of such samples a perfectly calibrated model stays below it wherever a gate "
        "looks."
    )


def _moves(metrics: Metrics) -> str:
    rows = ((f"`{name}`", f"{effect:.4f}") for name, effect in list(metrics["importance"].items())[:10])
    return (
        f"![Mean absolute effect of each input]({IMPORTANCE_PLOT_FILE})\n\n"
        f"{_table(('input', 'mean absolute effect on the risk'), rows)}\n\nShapley values of known against missing, "
        f"over {len(metrics['explained']['risk'])} shoppers of the holdout."
    )


def _comparison(metrics: Metrics) -> str:
    if "comparison" not in metrics:
        return f"`{metrics['family']}` was asked for; no other family was tried."
    rows = (
        (
            f"**{row['family']}**" if row["chosen"] else row["family"],
            f"{row['blanked_log_loss']:.4f}",
            f"{row['roc_auc']:.4f}",
            f"{row['f1']:.4f}",
            f"{row['log_loss']:.4f}",
            f"{row['fit_seconds']:.1f}",
            f"{row['onnx_microseconds_per_row']:.1f}",
        )
        for row in metrics["comparison"]
    )
    header = ("family", "log loss with blanks", "AUC", "F1", "log loss", "seconds to fit", "microseconds a row")
    return (
        f"{_table(header, rows)}\n\nOn validation; with blanks: averaged over the shares of blanks above. "
        f"{metrics['comparison_reason']}."
    )


def _importances(metrics: Metrics) -> str:
    rows = (
        (
            row["input"],
            f"{row['importance']:.4f}",
            f"{row['mutual_information']:.4f}",
            "" if row["correlation"] is None else f"{row['correlation']:+.3f}",
        )
        for row in metrics["signals"][:10]
    )
    header = ("input", "AUC lost when shuffled", "mutual information (nats)", "correlation")
    return _table(header, rows)


def _slices(metrics: Metrics) -> str:
    rows = (
        (row["by"], row["group"], f"{row['rows']:,}", *(f"{row[k]:.3f}" for k in ("positive_share", "flag_rate", "f1")))
        for row in metrics["slices"]
    )
    gaps = "\n".join(f"- {gap}" for gap in metrics["largest_gaps"])
    return f"{_table(('by', 'group', 'rows', 'positive', 'flagged', 'F1'), rows)}\n\nLargest gaps:\n\n{gaps}"


def _limits(recipe: Recipe, metrics: Metrics) -> str:
    simulated = (
        "These data are simulated (they follow the chain of the twin): columns are independent but for a few, and a "
        "real shop's figures will be lower."
        if "limit_f1" in metrics
        else "The public data set is itself simulated; figures on it say little about a real shop's."
    )
    return (
        f"- {simulated}\n"
        f"- {_concentration(recipe, metrics)}\n"
        "- The label is a habit (a share of carts), not the fate of one cart.\n"
        "- Recovery rates of the policy are assumptions; see the source of each number in the manifest."
    )


def _concentration(recipe: Recipe, metrics: Metrics) -> str:
    """Say how much of the signal the strongest inputs carry, and which of them only a questionnaire can tell."""
    lost = {row["input"]: max(row["importance"], 0.0) for row in metrics["signals"]}
    strongest = sorted((name for name in lost if lost[name]), key=lambda name: -lost[name])[:STRONGEST]
    if not strongest:
        return "No input changes the AUC when it is shuffled: the model has learnt nothing."
    share = sum(lost[name] for name in strongest) / sum(lost.values())
    much = "nearly all the signal" if share >= NEARLY_ALL else "the most signal"
    asked = [
        field.name for field in recipe.inputs if field.name in strongest and getattr(field, "unit", "") == SCORE_UNIT
    ]
    said = (
        f" Scores such as {_named(asked)} come from questionnaires; a shop that does not have them cannot expect these "
        "figures."
        if asked
        else ""
    )
    return f"{_named(strongest)} carry {much}: {share:.0%} of the AUC that shuffling each input in turn loses.{said}"


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def calibration_svg(reliability: Sequence[dict[str, float]]) -> str:
    """Return the calibration plot: predicted against observed, a dot a bin with its area by the bin's rows.

    Drawn by hand: the same data give the same bytes, and a run needs no plotting library.
    """
    size, edge = 320, 40
    span = size - 2 * edge
    most = max((item["rows"] for item in reliability), default=1)
    dots = "".join(
        f'<circle cx="{edge + span * item["predicted"]:.1f}" cy="{size - edge - span * item["observed"]:.1f}" '
        f'r="{2 + 8 * (item["rows"] / most) ** 0.5:.1f}"/>'
        for item in reliability
    )
    low, high = edge, size - edge
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" height="{size}" '
        'font-family="sans-serif" font-size="11">'
        f'<rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path d="M{low} {low}V{high}H{high}" fill="none" stroke="#333"/>'
        f'<path d="M{low} {high}L{high} {low}" stroke="#999" stroke-dasharray="4"/>'
        f'<g fill="#1f6fb4" fill-opacity="0.7">{dots}</g>'
        f'<text x="{size / 2}" y="{size - 10}" text-anchor="middle">predicted</text>'
        f'<text x="12" y="{size / 2}" text-anchor="middle" transform="rotate(-90 12 {size / 2})">observed</text>'
        f'<text x="{low}" y="{high + 14}">0</text><text x="{high - 6}" y="{high + 14}">1</text></svg>\n'
    )
