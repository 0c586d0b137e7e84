"""Each gate holds back what fails it."""

from typing import Any

import pytest

from lambda_fn.scoring.artefact.manifest import Manifest
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
    "blanked": [{"share": share, "ece": 0.01, "ece_by_chance": 0.006} for share in (0.5, 1.0)],
}


def manifest(**metrics: Any) -> Manifest:
    return factories.artefact(metrics={**GOOD, **metrics})[0]


def failed(found: Manifest) -> list[str]:
    return [gate.name for gate in gates(found, None) if not gate.passed]


def test_a_good_model_passes_every_gate() -> None:
    assert failed(manifest()) == []


def test_an_error_is_held_against_what_chance_explains_on_few_rows() -> None:
    few = {"calibration_error_by_chance": 0.03, "holdout_rows": 900}
    assert failed(manifest(expected_calibration_error=0.03, **few)) == []
    with pytest.raises(PromotionRefused, match=r"0\.031, at most 0\.03, which chance explains on 900 rows\. To"):
        require(gates(manifest(expected_calibration_error=0.031, **few), None))


@pytest.mark.parametrize(
    ("at_half", "refused"),
    [
        ({"ece": 0.02, "ece_by_chance": 0.006}, False),
        ({"ece": 0.021, "ece_by_chance": 0.006}, True),
        ({"ece": 0.029, "ece_by_chance": 0.03}, False),
    ],
)
def test_a_model_that_is_sure_of_what_it_does_not_know_is_held_back(at_half: dict[str, float], refused: bool) -> None:
    blanked = [{"share": 0.5, **at_half}, {"share": 1.0, "ece": 0.001, "ece_by_chance": 0.01}]
    assert failed(manifest(blanked=blanked)) == (["calibration with 50% missing"] if refused else [])


def test_a_model_that_was_never_measured_with_blanks_is_held_back() -> None:
    with pytest.raises(PromotionRefused, match="calibration with 100% missing: its metrics have no blanked; train it"):
        require(gates(manifest(blanked=[]), None))


@pytest.mark.parametrize(
    ("share", "gain", "passes"),
    [
        *((0.06, [0.001, 0.02], True), (0.06, [-0.001, 0.02], False), (0.4, [0.001, 0.02], True)),
        *((0.94, [0.001, 0.02], True), (0.6, [0.1, 0.2], False)),
    ],
)
def test_where_the_abandoned_are_fewer_or_others_rare_the_log_loss_must_beat_the_base_rates(
    share: float, gain: list[float], passes: bool
) -> None:
    # Given a model that answers nobody with "will abandon", as one of a rare label may
    metrics = {
        "positive_shares": {"holdout": share},
        "intervals_95": {"f1": [0.0, 0.0]},
        "log_loss_gain_interval_95": gain,
    }
    assert failed(manifest(**metrics)) == ([] if passes else ["beats the constant"])


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
