"""The model families that training can choose from. Heavy libraries are imported when a family is built."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lambda_fn.scoring.arrays import Labels, Matrix
from training.errors import TrainingError

Estimator = Any  # scikit-learn's protocol: fit, predict_proba, classes_
Parameters = Mapping[str, Any]

NETWORK: Final = "network"  # it learns from blanks and takes missing as a value; trained in network.py
AUTO: Final = "auto"  # no family: compare them all, choose on validation
HIDDEN_LAYERS: Final = (128, 64)  # of the neural network, where no others are asked for


@dataclass(frozen=True)
class Family:
    """One kind of estimator.

    ``complexity``: orders the families; ties go to the lower one.
    ``build``: makes an estimator of a seed and parameters, not fitted yet.
    """

    name: str
    complexity: int
    build: Callable[[int, Parameters], Estimator]

    def train(self, matrix: Matrix, labels: Labels, seed: int, parameters: Parameters | None = None) -> Estimator:
        """Return a fitted estimator; the same data and seed give the same one.

        Raise TrainingError naming parameters that the estimator does not have.
        """
        return self.train_timed(matrix, labels, seed, parameters)[0]

    def train_timed(
        self, matrix: Matrix, labels: Labels, seed: int, parameters: Parameters | None = None
    ) -> tuple[Estimator, float]:
        """Return a fitted estimator as ``train`` does, and the seconds that the fit alone took.

        Importing a library is no part of them: the family that comes first would pay for all.

        Numeric libraries run on one thread: with several, sums are taken in another order on another machine, and on
        a busy one the threads mostly wait for each other. An estimator that stops before it converges is not
        reported: what it is worth shows in its metrics.
        """
        from sklearn.exceptions import ConvergenceWarning
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        estimator = self.built(seed, parameters or {})
        with threadpool_limits(limits=1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.filterwarnings("ignore", message="Got `batch_size`")  # fewer rows than a batch: it is clipped
            start = time.perf_counter()
            estimator.fit(matrix, labels)
            return estimator, time.perf_counter() - start

    def built(self, seed: int, parameters: Parameters) -> Estimator:
        """Return an estimator that is not fitted yet; raise TrainingError naming parameters that it does not have.

        LightGBM itself would take any name and ignore it.
        """
        known = settings(self.build(seed, {}))
        if unknown := sorted(set(parameters) - set(known)):
            raise TrainingError(f"{self.name} has no parameter {', '.join(unknown)}; it has {', '.join(sorted(known))}")
        return self.build(seed, parameters)


def settings(estimator: Estimator) -> dict[str, Any]:
    """Return the parameters of an estimator, or of the last step where scaling precedes it."""
    last = estimator[-1] if hasattr(estimator, "steps") else estimator
    return dict(last.get_params())


def _scaled(estimator: Estimator) -> Estimator:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), estimator)


def _logistic(seed: int, parameters: Parameters) -> Estimator:
    from sklearn.linear_model import LogisticRegression

    return _scaled(LogisticRegression(**{"max_iter": 1_000, "random_state": seed, **parameters}))


def _mlp(seed: int, parameters: Parameters) -> Estimator:
    from sklearn.neural_network import MLPClassifier

    defaults = {
        "hidden_layer_sizes": HIDDEN_LAYERS,
        "activation": "relu",
        "solver": "adam",
        "alpha": 1e-3,
        "batch_size": 512,
        "early_stopping": True,  # on a tenth of the training part; the validation part stays unseen
        "n_iter_no_change": 5,
        "max_iter": 60,
        "random_state": seed,
    }
    return _scaled(MLPClassifier(**{**defaults, **parameters}))


def _random_forest(seed: int, parameters: Parameters) -> Estimator:
    from sklearn.ensemble import RandomForestClassifier

    defaults = {"n_estimators": 60, "max_depth": 10, "min_samples_leaf": 50, "n_jobs": -1, "random_state": seed}
    return RandomForestClassifier(**{**defaults, **parameters})


def _hist_gradient_boosting(seed: int, parameters: Parameters) -> Estimator:
    from sklearn.ensemble import HistGradientBoostingClassifier

    defaults = {"learning_rate": 0.1, "max_iter": 100, "max_leaf_nodes": 15, "min_samples_leaf": 100}
    return HistGradientBoostingClassifier(**{**defaults, "early_stopping": True, "random_state": seed, **parameters})


def _lightgbm(seed: int, parameters: Parameters) -> Estimator:
    from lightgbm import LGBMClassifier

    defaults = {
        "n_estimators": 100,
        "learning_rate": 0.1,
        "num_leaves": 15,
        "min_child_samples": 100,
        "deterministic": True,
        "force_row_wise": True,
        "n_jobs": 1,  # it sets its own number of threads, whatever the limit outside
        "verbosity": -1,
        "random_state": seed,
    }
    return LGBMClassifier(**{**defaults, **parameters})


FAMILIES: Final = {
    family.name: family
    for family in (
        Family("logistic", 0, _logistic),
        Family("hist_gradient_boosting", 1, _hist_gradient_boosting),
        Family("lightgbm", 2, _lightgbm),
        Family("random_forest", 3, _random_forest),
        Family("mlp", 4, _mlp),
    )
}


EVERY: Final = (*FAMILIES, NETWORK)  # by complexity; ties go to the earlier one


def find_family(name: str) -> Family:
    """Return the family of that name; raise TrainingError where there is none."""
    if name not in FAMILIES:
        raise TrainingError(f"no model family {name!r}; choose one of {', '.join(FAMILIES)}")
    return FAMILIES[name]
