"""A table is laid out as the scoring core's columns, and those as the model's matrix."""

import numpy as np

from training.data.columns import to_columns
from training.data.prepared import Prepared


def test_unknown_and_missing_categories_are_told_apart(prepared: Prepared) -> None:
    table = prepared.table(prepared.split.holdout[:3]).copy()
    table["gender"] = np.array(["Martian", "Male", None], dtype=object)
    table["gender"] = table["gender"].astype("category")
    columns = to_columns(prepared.layout, table)
    position = prepared.layout.category_names.index("gender")
    assert columns.codes[:, position].tolist() == [-2, 1, -1]
