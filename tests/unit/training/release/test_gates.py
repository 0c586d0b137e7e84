"""Each gate holds back what fails it."""

from typing import Any

import pytest

from lambda_fn.scoring.manifest import Manifest
from tests import factories
from training.errors import PromotionRefused
from training.release.gates import Gate, gates, require

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


def test_the_error_that_chance_explains_on_few_rows_holds_no_good_model_back() -> None:
    few = {"calibration_error_by_chance": 0.03, "holdout_rows": 900}
    calibration = next(
        gate for gate in gates(manifest(expected_calibration_error=0.025, **few), None) if gate.name == "calibration"
    )
    assert calibration == Gate(
        "calibration", passed=True, detail="the error is 0.025, at most 0.03, which chance explains on 900 rows"
    )
    # And an error that chance does not explain is one
    with pytest.raises(PromotionRefused, match=r"the error is 0\.031, at most 0\.03, which chance explains on 900"):
        require(gates(manifest(expected_calibration_error=0.031, **few), None))


@pytest.mark.parametrize(
    ("metrics", "gate"),
    [
        ({"intervals_95": {"f1": [0.759, 0.79]}}, "beats the constant"),
        ({"largest_difference_from_sklearn": 2e-5}, "parity with scikit-learn"),
        ({"expected_calibration_error": 0.0201}, "calibration"),
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
