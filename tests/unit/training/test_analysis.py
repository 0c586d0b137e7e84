"""Signals and slices find what was put into the data."""

import numpy as np
import pandas as pd
import pytest

from training.data.prepare import Prepared
from training.evaluation.baselines import single_feature_aucs
from training.evaluation.feature_importance import analyse, mutual_information
from training.evaluation.metrics_document import measure
from training.evaluation.plots import write_plots
from training.evaluation.slices import largest_gaps, slices
from training.models.train import train


def test_the_inputs_of_the_chain_carry_the_signal(prepared: Prepared) -> None:
    found = analyse(prepared, train(prepared, "logistic", 0))
    assert [signal.input for signal in found[:2]] == ["impulse_buying_score", "stress_from_financial_decisions"]
    assert len(found) == len(prepared.recipe.inputs)
    noise = next(signal for signal in found if signal.input == "household_size")
    assert abs(noise.importance) < 0.001
    assert noise.mutual_information < 0.003


def test_mutual_information_of_a_copy_is_the_labels_entropy_and_of_noise_none() -> None:
    rng = np.random.default_rng(0)
    labels = (rng.random(20_000) < 0.3).astype(np.int8)
    entropy = -(0.3 * np.log(0.3) + 0.7 * np.log(0.7))
    assert mutual_information(labels.astype(float), labels) == pytest.approx(entropy, abs=0.01)
    assert mutual_information(rng.random(20_000), labels) < 0.001


def test_a_group_that_the_model_fails_is_named_as_the_largest_gap() -> None:
    # Given a model that is right for everybody but people over 65, of whom it flags nobody
    rng = np.random.default_rng(1)
    age = rng.integers(18, 81, 4_000)
    gender = rng.choice(["Female", "Male"], 4_000)
    labels = rng.integers(0, 2, 4_000).astype(np.int8)
    p = np.where(age > 65, 0.1, labels.astype(float))
    table = pd.DataFrame({"age": age, "gender": gender})
    # When it is sliced
    found = slices(table, ("gender", "age", "device_type"), labels, p, 0.5)
    # Then every row of each kind is counted once, and the gap is found where it is
    assert {by: sum(item.rows for item in found if item.by == by) for by in ("gender", "age")} == {
        "gender": 4_000,
        "age": 4_000,
    }
    f1, flags = largest_gaps(found)
    assert (f1.by, f1.lowest, f1.difference) == ("age", "over 65", 1.0)
    assert (flags.by, flags.lowest) == ("age", "over 65")


def test_the_bands_include_their_upper_end() -> None:
    table = pd.DataFrame({"age": np.repeat([25, 26, 66], 100)})
    found = slices(table, ("age",), np.tile([0, 1], 150).astype(np.int8), np.zeros(300), 0.5)
    assert [(item.group, item.rows) for item in found] == [("up to 25", 100), ("26-35", 100), ("over 65", 100)]


def test_plots_are_written(prepared: Prepared, tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    candidate = train(prepared, "logistic", 0)
    single = single_feature_aucs(prepared.train, prepared.recipe.feature_names)[0]
    metrics = measure(prepared, candidate, single, None, 0)
    files = write_plots(prepared, candidate, metrics, tmp_path)
    assert [path.name for path in files] == [
        "signals.png",
        "correlations.png",
        "calibration.png",
        "roc.png",
        "slices.png",
    ]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in files)
