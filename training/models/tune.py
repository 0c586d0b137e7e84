"""Tune the parameters of the neural network, resumable from the study's SQLite file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from training.data.label import constant_f1
from training.data.prepared import Part, Prepared
from training.errors import TrainingError
from training.models import export
from training.models.candidate import DECISION_THRESHOLD
from training.models.families import FAMILIES
from training.models.metrics import Ranking

if TYPE_CHECKING:
    from optuna import Study, Trial

FAMILY: Final = "mlp"
LAYOUTS: Final = (
    (32,), (64,), (128,), (64, 32), (128, 64), (256, 128), (64, 32, 16), (128, 64, 32), (256, 128, 64),
)  # fmt: skip
TIE_F1: Final = 0.001
DIVERGED: Final = (ValueError, FloatingPointError)  # what scikit-learn raises when weights are no longer finite
MOST_ROWS: Final = 20_000  # of the training part a trial learns from; the best one is trained on all

Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Tuning:
    """The outcome of a study.

    ``trials``: those that ended with a model.
    ``best_f1``, ``worst_f1``: of the trials, on validation.
    ``constant_f1``: of always answering "will abandon", on validation.
    ``rows``: that each trial learnt from.
    ``train_rows``: of the whole training part.
    """

    trials: int
    best_f1: float
    best_parameters: dict[str, Any]
    worst_f1: float
    constant_f1: float
    rows: int
    train_rows: int

    @property
    def verdict(self) -> str:
        """Say whether tuning found anything, and from how much."""
        return f"{self._finding}. Each trial learnt from {self.rows:,} of {self.train_rows:,} training rows"

    @property
    def _finding(self) -> str:
        if self.best_f1 <= self.constant_f1 + TIE_F1:
            return (
                f"all {self.trials} trials tie with the constant (F1 {self.constant_f1:.4f}): nothing was learnt. "
                "Check the label before tuning any further"
            )
        if self.best_f1 - self.worst_f1 <= TIE_F1:
            return f"all {self.trials} trials are level within {TIE_F1}: the parameters do not matter here"
        return f"the best of {self.trials} trials has F1 {self.best_f1:.4f}; the constant has {self.constant_f1:.4f}"


def tune(prepared: Prepared, trials: int, storage: Path, seed: int = 0, progress: Progress | None = None) -> Tuning:
    """Run trials until the study has ``trials`` of them; a study of the same data and label is continued."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage.parent.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        study_name=study_name(prepared),
        storage=f"sqlite:///{storage.resolve()}",
        direction="maximize",
        load_if_exists=True,
    )
    part = prepared.train.at_most(MOST_ROWS)
    report = progress or (lambda _done, _best: None)
    for _ in range(trials - len(_finished(study))):
        report(*_standing(study))
        # A sampler of the same seed starts over: a resumed study would repeat its trials exactly.
        study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.get_trials(deepcopy=False)))
        study.optimize(lambda trial: _f1(trial, prepared, part, seed), n_trials=1, catch=DIVERGED)
    report(*_standing(study))
    values = [trial.value for trial in _finished(study)]
    if not values:
        raise TrainingError("no trial ended with a model; every one of them diverged")
    return Tuning(
        trials=len(values),
        best_f1=study.best_value,
        best_parameters=json.loads(study.best_trial.user_attrs["parameters"]),
        worst_f1=min(values),
        constant_f1=constant_f1(float(prepared.validation.labels.mean())),
        rows=len(part),
        train_rows=len(prepared.train),
    )


def study_name(prepared: Prepared) -> str:
    """Return a name that only the same data, rows and label share."""
    options = prepared.options
    kept = "".join(f"-{value}" for values in options.shop.table.rows.values() for value in values)
    return f"{FAMILY}-{prepared.fingerprint.sha256[:12]}{kept}-{options.label}"


def suggest(trial: Trial) -> dict[str, Any]:
    """Return one point of the search space, as parameters of scikit-learn's network."""
    solver = trial.suggest_categorical("solver", ["adam", "sgd", "lbfgs"])
    parameters: dict[str, Any] = {
        "hidden_layer_sizes": LAYOUTS[trial.suggest_int("layout", 0, len(LAYOUTS) - 1)],
        "activation": trial.suggest_categorical("activation", ["relu", "tanh", "logistic"]),
        "solver": solver,
        "alpha": trial.suggest_float("alpha", 1e-6, 1e-1, log=True),
        "max_iter": trial.suggest_int("max_iter", 10, 60, step=10),
        "early_stopping": solver != "lbfgs",
    }
    if solver != "lbfgs":  # lbfgs works on all rows at once
        parameters["learning_rate_init"] = trial.suggest_float("learning_rate_init", 1e-4, 1e-1, log=True)
        parameters["batch_size"] = trial.suggest_categorical("batch_size", [64, 128, 256, 512])
    return parameters


def _f1(trial: Trial, prepared: Prepared, part: Part, seed: int) -> float:
    parameters = suggest(trial)
    trial.set_user_attr("parameters", json.dumps(parameters))
    estimator = FAMILIES[FAMILY].train(part.matrix, part.labels, seed, parameters)
    p = export.probabilities(export.to_onnx(estimator, part.matrix.shape[1]), prepared.validation.matrix)
    return Ranking(prepared.validation.labels, p, DECISION_THRESHOLD).metrics()["f1"]


def _standing(study: Study) -> tuple[int, float]:
    """Return the number of finished trials and the best F1 so far (0 before the first)."""
    values = [trial.value for trial in _finished(study)]
    return len(values), max(values, default=0.0)


def _finished(study: Study) -> list[Any]:
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
