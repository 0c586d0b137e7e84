"""The pupil: a network that learns the teacher's log-odds from rows with ever fresh blanks.

A network that learns the labels of blanked rows themselves fits their noise; the teacher's answers have little of it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lambda_fn.scoring.arrays import Bools, Floats, Labels, Matrix
from lambda_fn.scoring.columns import Columns
from training.models import blanks
from training.models.teacher import Teacher

HIDDEN_LAYERS: Final = (128, 64)
LESSONS: Final = 12  # each with fresh blanks and smaller steps than the one before
EPOCHS_A_LESSON: Final = 5
LESSON_ROWS: Final = 16_000  # at least: fewer rows are drawn several times, each time with other blanks
MOST_ROWS: Final = 64_000  # of the training part
FIRST_STEP: Final = 2e-3
SMALLEST_STEP_SHARE: Final = 0.02
LEAST_WEIGHT: Final = 0.05  # of a row whose label the teacher is sure of; 1 where it does not know
LONG_TAIL: Final = 15.0  # standard deviations between the mean and the farthest value of a feature that is bent

Featurise = Callable[[Columns], Matrix]


@dataclass(frozen=True)
class Scaling:
    """How features become the network's inputs, each field of shape (features,).

    bend: 0, or of a feature with a long tail the unit u in which it becomes ``sign(x) * log(1 + |x| / u)``.
    mean, scale: then the feature becomes ``(x - mean) * scale``.
    can_miss: which features need an indicator. A one-hot column does not: all of its group being 0 says it.
    """

    bend: Matrix
    mean: Matrix
    scale: Matrix
    can_miss: Bools

    def bent(self, matrix: Matrix) -> Matrix:
        """Return the features with the long tails bent."""
        return _bent(matrix, self.bend)


class Pupil:
    """A fitted network on [scaled features with 0 for missing, indicators of missing].

    weights, biases: of each layer, from the first; the first takes the scaled features, then the indicators.
    """

    classes_ = (0, 1)

    def __init__(self, scaling: Scaling, regressor: Any) -> None:
        self.scaling = scaling
        self._regressor = regressor

    @property
    def weights(self) -> list[Matrix]:
        """Return the layers' weights."""
        return [layer.astype(np.float32) for layer in self._regressor.coefs_]

    @property
    def biases(self) -> list[Matrix]:
        """Return the layers' biases."""
        return [layer.astype(np.float32) for layer in self._regressor.intercepts_]

    def get_params(self) -> dict[str, Any]:
        """Return the parameters of the network."""
        return dict(self._regressor.get_params())

    def inputs(self, matrix: Matrix) -> Matrix:
        """Return what the network sees of features, float32 (n, features + those that can miss)."""
        scaling = self.scaling
        missing = np.isnan(matrix)
        known = np.where(missing, scaling.mean, scaling.bent(matrix))
        scaled = (known - scaling.mean) * scaling.scale
        return np.concatenate([scaled, missing[:, scaling.can_miss]], axis=1, dtype=np.float32)

    def predict_proba(self, matrix: Matrix) -> Floats:
        """Return the probability of either class, (n, 2), from features of which NaN are missing."""
        odds = np.asarray(self._regressor.predict(self.inputs(matrix)), dtype=np.float64)
        positive = 1 / (1 + np.exp(-odds))
        return np.stack([1 - positive, positive], axis=1)


def train(columns: Columns, labels: Labels, featurise: Featurise, seed: int) -> Pupil:
    """Train the teacher, then the network; the same rows and seed give the same network.

    featurise: columns with blanks -> the model's matrix.
    """
    if len(columns) > MOST_ROWS:
        chosen = np.linspace(0, len(columns) - 1, MOST_ROWS).astype(np.intp)  # a file may be sorted by something
        columns, labels = columns.take(chosen), labels[chosen]
    return teach(Teacher(columns, labels, seed), columns, featurise, seed)


def teach(teacher: Teacher, columns: Columns, featurise: Featurise, seed: int) -> Pupil:
    """Let a network learn what the teacher says of these rows, blanked and mixed anew for every lesson.

    The teacher answers on all cores, row by row. The network learns on one: several threads take sums in another order
    on another machine.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    rng = np.random.default_rng([seed, 1])  # apart from the teacher's blanks
    regressor = MLPRegressor(
        hidden_layer_sizes=HIDDEN_LAYERS,
        batch_size=512,
        max_iter=EPOCHS_A_LESSON,
        n_iter_no_change=EPOCHS_A_LESSON + 1,
        warm_start=True,
        random_state=seed,
    )
    pupil = Pupil(fit_scaling(columns, featurise), regressor)
    copies = -(-LESSON_ROWS // len(columns))
    for lesson in range(LESSONS):
        drawn = blanks.stacked([_lesson_rows(columns, rng) for _ in range(copies)])
        falling = 0.5 * (1 + np.cos(np.pi * lesson / LESSONS))
        regressor.set_params(learning_rate_init=FIRST_STEP * max(falling, SMALLEST_STEP_SHARE))
        odds = teacher.log_odds(drawn)
        with threadpool_limits(limits=1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a lesson ends before it converges
            warnings.filterwarnings("ignore", message="Got `batch_size`")  # fewer rows than a batch: it is clipped
            regressor.fit(pupil.inputs(featurise(drawn)), odds, sample_weight=_weights(odds))
    return pupil


def _weights(odds: Matrix) -> Floats:
    """Return what an error in log-odds is worth in probability, (n,), at least LEAST_WEIGHT.

    A squared error so weighted is about the cross-entropy to the teacher's probability.
    """
    p = 1 / (1 + np.exp(-odds.astype(np.float64)))
    weights: Floats = 4 * p * (1 - p) + LEAST_WEIGHT
    return weights


def _lesson_rows(columns: Columns, rng: np.random.Generator) -> Columns:
    return blanks.blank(blanks.mix(columns, rng), blanks.draw_shares(rng, len(columns)), rng)


def fit_scaling(columns: Columns, featurise: Featurise) -> Scaling:
    """Learn the scaling from training rows; a feature that cannot miss is left as it is."""
    can_miss: Bools = np.isnan(featurise(blanks.nobody(columns))[0])
    matrix = featurise(columns)
    mean, spread = _moments(matrix, can_miss)
    farthest = np.nanmax(np.abs(np.where(can_miss, matrix - mean, 0.0)), axis=0)
    long = farthest > LONG_TAIL * spread
    size = np.nanmean(np.abs(np.where(matrix == 0, np.nan, matrix))[:, long], axis=0)
    bend = np.zeros(len(mean), np.float32)
    bend[long] = size
    mean, spread = _moments(_bent(matrix, bend), can_miss)
    scale = np.divide(1.0, spread, out=np.ones_like(spread), where=spread > 0)
    return Scaling(bend, mean.astype(np.float32), scale.astype(np.float32), can_miss)


def _moments(matrix: Matrix, can_miss: Bools) -> tuple[Floats, Floats]:
    mean = np.where(can_miss, np.nanmean(matrix, axis=0, dtype=np.float64), 0.0)
    return mean, np.where(can_miss, np.nanstd(matrix, axis=0, dtype=np.float64), 1.0)


def _bent(matrix: Matrix, bend: Matrix) -> Matrix:
    if not bend.any():
        return matrix
    long = bend > 0
    bent = matrix.copy()
    bent[:, long] = np.sign(matrix[:, long]) * np.log(np.abs(matrix[:, long]) / bend[long] + np.float32(1))
    return bent
