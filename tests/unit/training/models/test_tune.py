"""Tuning goes on where it stopped, and says when it found nothing."""

from pathlib import Path

import numpy as np
import optuna
import pytest

from training.data.prepared import Part, Prepared
from training.models.tune import LAYOUTS, Tuning, study_name, tune


@pytest.fixture(autouse=True)
def small_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.models.tune.MOST_ROWS", 400)


def parameters(prepared: Prepared, storage: Path) -> list[str]:
    study = optuna.load_study(study_name=study_name(prepared), storage=f"sqlite:///{storage}")
    return [str(sorted(trial.params.items())) for trial in study.trials]


def test_a_study_is_resumed_and_not_repeated(small: Prepared, tmp_path: Path) -> None:
    storage = tmp_path / "study.db"
    seen: list[int] = []
    first = tune(small, 2, storage, progress=lambda done, _: seen.append(done))
    again = tune(small, 3, storage, progress=lambda done, _: seen.append(done))
    assert (first.trials, again.trials) == (2, 3)
    assert seen == [0, 1, 2, 2, 3]
    assert again.best_f1 >= first.best_f1
    assert tuple(again.best_parameters["hidden_layer_sizes"]) in LAYOUTS
    # And its trials are those of a study that was never interrupted, none of them twice
    tune(small, 3, tmp_path / "at once.db")
    assert parameters(small, storage) == parameters(small, tmp_path / "at once.db")
    assert len(set(parameters(small, storage))) == 3


def test_trials_that_tie_with_the_constant_are_called_what_they_are(
    small: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given labels that nothing predicts, nearly all of one class
    rng = np.random.default_rng(0)

    def noise(part: Part) -> Part:
        return Part(part.matrix, (rng.random(len(part)) < 0.97).astype(np.int8))

    monkeypatch.setattr("training.models.tune.LAYOUTS", ((2,),) * 9)
    hopeless = Prepared(**{**vars(small), "train": noise(small.train), "validation": noise(small.validation)})
    found = tune(hopeless, 2, tmp_path / "study.db")
    assert "tie with the constant" in found.verdict


def test_the_verdict_tells_level_trials_from_a_winner() -> None:
    assert "are level" in Tuning(5, 0.9502, {}, 0.9500, 0.76, 400, 400).verdict
    assert Tuning(5, 0.95, {}, 0.90, 0.76, 20_000, 64_000).verdict == (
        "the best of 5 trials has F1 0.9500; the constant has 0.7600. "
        "Each trial learnt from 20,000 of 64,000 training rows"
    )


def test_the_search_space_has_nine_layouts() -> None:
    assert len(set(LAYOUTS)) == 9
