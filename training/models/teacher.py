"""The teacher: histogram boosting on raw inputs with random blanks, which a small network then learns from.

It takes NaN as a value and needs no features, but its trees are too many to serve.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from lambda_fn.scoring.arrays import Floats, Labels, Matrix
from lambda_fn.scoring.columns import Columns
from training.models import blanks

ROWS: Final = 128_000  # about, that it learns from: few rows are copied more often, each time with other blanks
MOST_COPIES: Final = 16
DIFFERENT_ROWS_A_LEAF: Final = 12
SMALLEST_LEAF: Final = 50
_MOST_CERTAIN: Final = 6.0  # log-odds; beyond them (0.25 %) a difference moves no decision, but would rule a regression


class Teacher:
    """A boosted estimator of P(label | what is known)."""

    def __init__(self, columns: Columns, labels: Labels, seed: int) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        rng = np.random.default_rng(seed)
        rows = len(columns)
        copies = int(np.clip(ROWS // rows, 1, MOST_COPIES))
        parts = [raw(blanks.blank(columns, blanks.draw_shares_alike(rng, labels), rng)) for _ in range(copies)]
        numeric, categorical = columns.numbers.shape[1], columns.codes.shape[1]
        self._boosting: Any = HistGradientBoostingClassifier(
            learning_rate=0.05,
            max_iter=150,
            max_leaf_nodes=31,
            min_samples_leaf=max(SMALLEST_LEAF, DIFFERENT_ROWS_A_LEAF * copies),
            max_features=0.5,
            early_stopping=False,  # it would hold out copies of rows that it has learnt from
            categorical_features=[False] * numeric + [True] * categorical,
            random_state=seed,
        )
        with threadpool_limits(limits=1):  # several threads take sums in another order on another machine
            self._boosting.fit(np.concatenate(parts), np.tile(labels, copies))

    def probabilities(self, columns: Columns) -> Floats:
        """Return P(label | what is known) of each row, (n,), which does not depend on the number of threads."""
        with threadpool_limits(limits=1):  # threads meet after each tree, and where a core is busy all wait for it
            return np.asarray(self._boosting.predict_proba(raw(columns))[:, 1])

    def log_odds(self, columns: Columns) -> Matrix:
        """Return the log-odds of each row, float32 (n,), kept within 6 of 0."""
        p = self.probabilities(columns)
        odds: Matrix = np.log(p / (1 - p)).clip(-_MOST_CERTAIN, _MOST_CERTAIN).astype(np.float32)
        return odds


def raw(columns: Columns) -> Matrix:
    """Return the inputs as they are, float32 (n, inputs): numbers, then codes of categories; NaN is missing."""
    codes = np.where(columns.codes < 0, np.nan, columns.codes)
    return np.concatenate([columns.numbers.astype(np.float32), codes.astype(np.float32)], axis=1)
