"""What a model must show before it may become champion."""

from __future__ import annotations

from typing import Any, Final

from lambda_fn.scoring.artefact.manifest import MODEL_FILE, Manifest
from training.data.label import SMALLEST_MINORITY
from training.errors import PromotionRefused
from training.gate import Gate
from training.models.export import LARGEST_DIFFERENCE
from training.release.champion import PairedComparison

CALIBRATION_ERROR_LIMIT: Final = 0.02
EVEN: Final = 0.5  # share of abandoned carts from which on the F1 is compared
GATED_SHARES: Final = (0.5, 1.0)  # of blanks
LARGEST_MODEL_BYTES: Final = 20_000_000
LARGEST_ONE_ROW_MICROSECONDS: Final = 2_000.0


def gates(manifest: Manifest, comparison: PairedComparison | None) -> list[Gate]:
    """Return every gate for a model. ``comparison``: against the current champion, None where there is none."""
    metrics = manifest.metrics
    size = manifest.files[MODEL_FILE].size_bytes
    return [
        _beats_constant(metrics),
        _at_most("parity with scikit-learn", metrics, "largest_difference_from_sklearn", LARGEST_DIFFERENCE),
        _calibrated(metrics),
        *_calibrated_over_blanks(metrics),
        Gate("size", size <= LARGEST_MODEL_BYTES, f"{size:,} bytes, at most {LARGEST_MODEL_BYTES:,}"),
        _at_most("latency (microseconds a row)", metrics, "onnx_microseconds_one_row", LARGEST_ONE_ROW_MICROSECONDS),
        *([_not_worse(comparison)] if comparison else []),
    ]


def require(found: list[Gate]) -> None:
    """Raise PromotionRefused naming every gate that is not passed."""
    if failed := [gate for gate in found if not gate.passed]:
        named = "; ".join(f"{gate.name}: {gate.detail}" for gate in failed)
        raise PromotionRefused(f"{named}. To promote it all the same: --force --why 'reason'")


def _beats_constant(metrics: dict[str, Any]) -> Gate:
    """Compare the worse end of the F1's interval: to beat the constant by luck is not to beat it.

    Where the abandoned are fewer than the others, the F1 at one half says little: "will abandon" of everybody may score
    more than a good model, which says it of few. So does it where the others are rare. There the log loss is compared
    with that of always stating the base rate.
    """
    intervals = metrics.get("intervals_95")
    constant = metrics.get("constant_f1")
    if not isinstance(intervals, dict) or constant is None:
        return Gate("beats the constant", passed=False, detail="its metrics do not say; train it again")
    share = metrics.get("positive_shares", {}).get("holdout", 0.5)
    if share < EVEN or 1 - share < SMALLEST_MINORITY:
        return _beats_base_rate(metrics.get("log_loss_gain_interval_95"))
    low = intervals["f1"][0]
    return Gate("beats the constant", low > constant, f"F1 is above {low:.4f} (95 %); the constant's is {constant:.4f}")


def _beats_base_rate(gain: list[float] | None) -> Gate:
    if gain is None:
        return Gate("beats the constant", passed=False, detail="its metrics do not say; train it again")
    low, high = gain
    detail = f"the log loss is below that of always stating the base rate by {low:.4f} to {high:.4f} (95 %)"
    return Gate("beats the constant", low > 0, detail)


def _calibrated(metrics: dict[str, Any]) -> Gate:
    """Hold the error to its limit, or to what chance explains on so few rows where that is larger."""
    name, error = "calibration", metrics.get("expected_calibration_error")
    if error is None:
        return Gate(name, passed=False, detail="its metrics have no expected_calibration_error; train it again")
    return _held(name, error, metrics.get("calibration_error_by_chance"), metrics)


def _calibrated_over_blanks(metrics: dict[str, Any]) -> list[Gate]:
    """Hold the error to its limit where half of the inputs are missing, and where all are."""
    measured = {row["share"]: row for row in metrics.get("blanked", ())}
    return [_at_share(share, measured, metrics) for share in GATED_SHARES]


def _at_share(share: float, measured: dict[float, Any], metrics: dict[str, Any]) -> Gate:
    name = f"calibration with {share:.0%} missing"
    row = measured.get(share)
    if row is None:
        return Gate(name, passed=False, detail="its metrics have no blanked; train it again")
    return _held(name, row["ece"], row["ece_by_chance"], metrics)


def _held(name: str, error: float, by_chance: float | None, metrics: dict[str, Any]) -> Gate:
    limit = max(CALIBRATION_ERROR_LIMIT, by_chance or 0.0)
    rows = f"{metrics.get('holdout_rows', 0):,} rows"
    chance = f", which chance explains on {rows}" if limit > CALIBRATION_ERROR_LIMIT else ""
    return Gate(name, error <= limit, f"the error is {error:.3g}, at most {limit:.3g}{chance}")


def _at_most(name: str, metrics: dict[str, Any], key: str, limit: float) -> Gate:
    value = metrics.get(key)
    if value is None:
        return Gate(name, passed=False, detail=f"its metrics have no {key}; train it again")
    return Gate(name, value <= limit, f"{value:.3g}, at most {limit:g}")


def _not_worse(comparison: PairedComparison) -> Gate:
    f1_low, f1_high = comparison.f1_interval
    auc_low, auc_high = comparison.roc_auc_interval
    return Gate(
        f"not worse than {comparison.champion}",
        not comparison.worse,
        f"on the same {comparison.rows:,} rows F1 changes by {f1_low:+.4f} to {f1_high:+.4f} and "
        f"AUC by {auc_low:+.4f} to {auc_high:+.4f} (95 %)",
    )
