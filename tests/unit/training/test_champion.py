"""A worse model is not promoted, and an equal one is not refused."""

from typing import Any

import numpy as np
import pytest

from lambda_fn.registry import Registry
from lambda_fn.scoring.manifest import Manifest
from tests import factories
from training.errors import PromotionRefused
from training.release.champion import paired
from training.release.gates import gates, require
from training.release.promotion import promote

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


def world(n: int = 4_000, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    truth = rng.random(n)
    labels = (rng.random(n) < truth).astype(np.int8)
    return labels, truth, np.clip(truth + rng.normal(0, noise, n), 0, 1)


def test_a_model_beside_itself_is_neither_better_nor_worse() -> None:
    labels, p, _ = world()
    found = paired(p, p, labels, 0.5, "v1")
    assert (found.f1_difference, found.f1_interval, found.roc_auc_interval) == (0.0, (0.0, 0.0), (0.0, 0.0))
    assert not found.worse


def test_a_clearly_worse_model_is_found_worse_and_the_champion_not() -> None:
    labels, better, worse = world(noise=0.4)
    assert paired(worse, better, labels, 0.5, "v1").worse
    assert not paired(better, worse, labels, 0.5, "v1").worse


def test_pairing_finds_what_separate_intervals_would_hide() -> None:
    # Given two models whose F1 intervals overlap by far, one a little worse on the very same rows
    labels, better, worse = world(noise=0.2)
    found = paired(worse, better, labels, 0.5, "v1")
    assert found.worse
    assert found.f1_interval[1] - found.f1_interval[0] < 0.05


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


def test_force_needs_a_reason() -> None:
    class Unused(Registry):
        def __init__(self) -> None:
            pass

    for why in (None, "  x  "):
        with pytest.raises(PromotionRefused, match="--why with a reason"):
            promote(Unused(), factories.VERSION, [], force=True, why=why)
