"""The metrics document: everything a run measured, in one place for metrics.json, the manifest, the card and MLflow."""

from __future__ import annotations

from training.data.prepared import Prepared
from training.evaluation import blanked, explained, feature_importance, slices
from training.evaluation.baselines import SingleFeature
from training.evaluation.evaluate import Metrics, evaluate
from training.models import compare
from training.models.candidate import DECISION_THRESHOLD, Candidate
from training.models.compare import Comparison
from training.shops.shop import RateLabel


def metrics_document(
    prepared: Prepared, candidate: Candidate, single: SingleFeature, comparison: Comparison | None, seed: int
) -> Metrics:
    """Return the metrics of the candidate, its baselines and its slices, and the importance of its inputs, as JSON.

    ``single``: the best single feature.
    ``comparison``: of the model families, where they were compared.
    """
    p = candidate.on_holdout(prepared)
    table = prepared.table(prepared.split.holdout)
    found = slices.slices(table, prepared.options.shop.slices, prepared.holdout.labels, p, DECISION_THRESHOLD)
    compared = {"comparison": compare.as_rows(comparison), "comparison_reason": comparison.reason} if comparison else {}
    return {
        **evaluate(prepared, candidate, single),
        **compared,
        **_label(prepared),
        "rows_kept": {name: list(values) for name, values in prepared.options.shop.table.rows.items()},
        "data_checks": [f"{item.level}: {item.check}: {item.message}" for item in prepared.report.findings],
        "slices": slices.as_rows(found),
        "largest_gaps": [str(gap) for gap in slices.largest_gaps(found)],
        **blanked.on_holdout(prepared, candidate),
        **explained.explained(prepared, candidate),
        "signals": feature_importance.as_rows(feature_importance.input_importances(prepared, candidate, seed)),
    }


def _label(prepared: Prepared) -> Metrics:
    """Return what the label means, so that another model can be asked the same question."""
    label = prepared.options.label
    threshold = {"threshold_percent": label.threshold_percent} if isinstance(label, RateLabel) else {}
    return {**threshold, "label_column": label.column, "label_definition": label.model_dump(mode="json")}
