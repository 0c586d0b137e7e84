"""A table is laid out as the scoring core's columns, and those as the model's matrix."""

import numpy as np
import pytest

from training.data.columns import featurise, to_columns
from training.data.prepared import Prepared


def test_unknown_and_missing_categories_are_told_apart(prepared: Prepared) -> None:
    table = prepared.table(prepared.split.holdout[:3]).copy()
    table["gender"] = np.array(["Martian", "Male", None], dtype=object)
    table["gender"] = table["gender"].astype("category")
    columns = to_columns(prepared.layout, table)
    position = prepared.layout.category_names.index("gender")
    assert columns.codes[:, position].tolist() == [-2, 1, -1]


def test_the_matrix_does_not_depend_on_the_block_size(small: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.data.columns.BLOCK_ROWS", 7)
    columns = small.columns(small.split.validation)
    np.testing.assert_array_equal(featurise(small.plan, columns, small.as_of), small.validation.matrix)
