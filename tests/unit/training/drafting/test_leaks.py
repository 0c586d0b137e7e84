"""Copies of a column, and the label under another name."""

import numpy as np
import pandas as pd
import pytest

from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT
from training.drafting.leaks import LEAKAGE_AUC, auc_alone, copies
from training.drafting.profile import profile


def test_a_column_that_says_the_same_is_a_copy_whatever_its_texts_are() -> None:
    table = pd.DataFrame({"a": list("xyxz"), "b": list("1213"), "c": list("xyzz"), "d": list("xyxz")})
    assert copies(table, table.columns) == {"b": "a", "d": "a"}


LABELS = np.array([1, 0, 1, 0, 1, 0, 1, 0], dtype=np.int8)


@pytest.mark.parametrize(
    ("cells", "leaks"),
    [
        (["lost", "won"] * 4, True),
        (["", "12.5"] * 4, True),  # only completed carts have an amount
        ([str(n % 2) for n in range(8)], True),
        (["0.9", "0.1", "0.8", "0.2", "0.7", "0.3", "0.6", "0.65"], False),
        (["-5", "7e12", "-1", "1", "3", "0", "2", "-2"], False),  # numbers of any size
        ([f"{-1e12 * (n % 2):.0f}" for n in range(8)], True),
        (["a", "a", "b", "b", "a", "b", "b", "a"], False),
    ],
)
def test_a_column_that_gives_the_label_away_is_seen(cells: list[str], leaks: bool) -> None:
    column = pd.Series(cells, dtype="str")
    found = auc_alone(profile("x", column, DEFAULT_DIALECT), column, LABELS, np.ones(8, dtype=bool))
    assert (found >= LEAKAGE_AUC) is leaks


def test_rows_without_a_label_do_not_count() -> None:
    column = pd.Series(["lost", "won", "lost", "won"], dtype="str")
    labels, labelled = np.array([1, 0, -1, -1], dtype=np.int8), np.array([True, True, False, False])
    assert auc_alone(profile("x", column, DEFAULT_DIALECT), column, labels, labelled) == 1.0
