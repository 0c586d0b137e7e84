"""The rule of which rows count: for training, for a comparison of models, and for a simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Bools
from lambda_fn.scoring.columns import Columns, Layout
from training.data.load import ID


@dataclass(frozen=True)
class RowFaults:
    """What is wrong with which of n rows. A row may have several faults; one is enough to leave it out.

    ``nameless``: (n,), the row has no id.
    ``repeated``: (n,), an earlier row has the same id; of several rows of one shopper the first counts.
    ``unlabelled``: (n,), the row has no label; False everywhere where no label was asked for.
    ``outside``: (n, numeric inputs), the value would be refused by scoring.
    """

    nameless: Bools
    repeated: Bools
    unlabelled: Bools
    outside: Bools

    @property
    def usable(self) -> Bools:
        """Return the rows without a fault, (n,)."""
        faulty: Bools = self.nameless | self.repeated | self.unlabelled | self.outside.any(axis=1)
        return ~faulty


def usable_rows(table: pd.DataFrame, columns: Columns, layout: Layout, label_column: str | None = None) -> RowFaults:
    """Find the rows that cannot be used.

    ``table``: the rows with their ids and labels.
    ``columns``: the same rows as ``layout`` lays them out.
    ``label_column``: the column that must have a value; None where rows need no label.
    """
    nameless = table[ID].isna().to_numpy()
    unlabelled = table[label_column].isna().to_numpy() if label_column else np.zeros(len(table), dtype=bool)
    return RowFaults(
        nameless=nameless,
        repeated=table[ID].duplicated().to_numpy() & ~nameless,
        unlabelled=unlabelled,
        outside=layout.outside(columns),
    )
