"""The metrics document holds all that a run measured, as JSON."""

import json

from training.data.prepared import Prepared
from training.evaluation.evaluate import Metrics

RANKING = {
    *("roc_auc", "average_precision", "f1", "precision", "recall", "accuracy"),
    *("brier", "log_loss", "expected_calibration_error"),
}
KEYS = {
    *(f"{prefix}{name}" for prefix in ("", "constant_", "best_single_feature_", "limit_") for name in RANKING),
    *("best_single_feature", "calibration_error_by_chance", "intervals_95", "confusion", "reliability"),
    "log_loss_gain_interval_95",
    *("holdout_rows", "train_rows", "validation_rows", "positive_shares", "label", "label_unit", "decision_threshold"),
    *("calibration", "family", "fit_seconds", "onnx_bytes", "onnx_microseconds_one_row"),
    *("largest_difference_from_sklearn", "threshold_percent", "label_column", "data_checks"),
    *("label_definition", "rows_kept", "cross_fitted"),
    *("slices", "largest_gaps", "signals", "blanked", "blanked_limit"),
}


def test_the_document_is_json_with_the_keys_that_others_read(metrics: Metrics) -> None:
    assert json.loads(json.dumps(metrics, allow_nan=False)) == metrics
    assert set(metrics) == KEYS


def test_slices_and_importances_cover_the_holdout_and_every_input(prepared: Prepared, metrics: Metrics) -> None:
    by_gender = [row for row in metrics["slices"] if row["by"] == "gender"]
    assert sum(row["rows"] for row in by_gender) <= len(prepared.holdout)
    assert {row["by"] for row in metrics["slices"]} == {"gender", "age", "income_level", "device_type"}
    assert {row["input"] for row in metrics["signals"]} == {field.name for field in prepared.recipe.inputs}
    assert [gap.split()[0] for gap in metrics["largest_gaps"]] == ["f1", "flag_rate"]
