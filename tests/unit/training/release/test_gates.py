"""Each gate holds back what fails it."""

from typing import Any

import pytest

from lambda_fn.scoring.manifest import Manifest
from tests import factories
from training.errors import PromotionRefused
from training.release.gates import gates, require

GOOD: dict[str, Any] = {
    "f1": 0.95,
    "constant_f1": 0.76,
    "intervals_95": {"f1": [0.947, 0.953]},
    "largest_difference_from_sklearn": 1e-7,
    "expected_calibration_error": 0.008,
    "onnx_microseconds_one_row": 12.0,
}


def manifest(**metrics: Any) -> Manifest:
    return factories.artefact(metrics={**GOOD, **metrics})[0]


def failed(found: Manifest) -> list[str]:
    return [gate.name for gate in gates(found, None) if not gate.passed]


def test_a_good_model_passes_every_gate() -> None:
    assert failed(manifest()) == []


def test_a_holdout_that_is_too_small_to_show_the_calibration_is_told_so_and_passes_no_gate() -> None:
    few = {"calibration_error_by_chance": 0.03, "holdout_rows": 900}
    with pytest.raises(PromotionRefused, match=r"0\.025, must be below 0\.02; a holdout of 900 rows is too small"):
        require(gates(manifest(expected_calibration_error=0.025, **few), None))
    assert failed(manifest(expected_calibration_error=0.0199, **few)) == []
    # And an error that chance does not explain is no matter of rows
    with pytest.raises(PromotionRefused, match=r"must be below 0\.02\. To promote"):
        require(gates(manifest(expected_calibration_error=0.031, **few), None))


@pytest.mark.parametrize(
    ("metrics", "gate"),
    [
        ({"intervals_95": {"f1": [0.759, 0.79]}}, "beats the constant"),
        ({"largest_difference_from_sklearn": 2e-5}, "parity with scikit-learn"),
        ({"expected_calibration_error": 0.02}, "calibration"),
        ({"expected_calibration_error": 0.021, "calibration_error_by_chance": 0.008}, "calibration"),
        ({"onnx_microseconds_one_row": 2_500.0}, "latency (microseconds a row)"),
        ({"expected_calibration_error": None}, "calibration"),
        ({"intervals_95": None}, "beats the constant"),
    ],
)
def test_each_gate_holds_back_what_fails_it(metrics: dict[str, Any], gate: str) -> None:
    found = manifest(**metrics)
    assert failed(found) == [gate]
    with pytest.raises(PromotionRefused, match="--force --why"):
        require(gates(found, None))
