"""A candidate and the champion are compared on the very same shoppers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.recipe import CategoryInput
from training.errors import DataRefused
from training.release.champion import compare_on_file, compare_on_holdout, paired


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


def test_models_that_read_a_column_as_different_kinds_are_not_compared(model: Artefact) -> None:
    # Given a champion that reads as a text what the candidate reads as a number
    inputs = [
        CategoryInput(name="age", categories=("young", "old"), default="old") if field.name == "age" else field
        for field in model.manifest.recipe.inputs
    ]
    manifest = model.manifest.model_copy(
        update={"recipe": model.manifest.recipe.model_copy(update={"inputs": tuple(inputs)})}
    )
    # When they are compared, then it is refused before anything is scored
    names = [field.name for field in inputs]
    with pytest.raises(DataRefused, match="read age as different kinds of input"):
        compare_on_holdout(model, Artefact(manifest, model.files), pd.DataFrame(columns=names))


def test_a_table_without_an_input_of_the_champion_is_refused(model: Artefact) -> None:
    names = [field.name for field in model.manifest.recipe.inputs if field.name != "age"]
    with pytest.raises(DataRefused, match="the file lacks age, which the champion reads"):
        compare_on_holdout(model, model, pd.DataFrame(columns=names))


def test_a_model_is_level_with_itself_on_a_file(model: Artefact, small_csv: Path) -> None:
    found = compare_on_file(model, model, small_csv)
    assert (found.f1_difference, found.roc_auc_difference, found.worse) == (0.0, 0.0, False)
    assert found.rows == pytest.approx(200, abs=40)
