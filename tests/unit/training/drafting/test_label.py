"""The label of a draft: what means abandoned is asked for, and what is not there is answered with what is."""

import pandas as pd
import pytest

from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT
from training.drafting.label import DraftedLabel, draft_label
from training.drafting.profile import profile
from training.errors import DataRefused


def drafted(cells: list[str], *abandoned: str) -> DraftedLabel:
    column = pd.Series(cells, dtype="str")
    return draft_label(profile("Bought", column, DEFAULT_DIALECT), column, abandoned)


def test_the_other_values_mean_completed_and_an_empty_cell_neither() -> None:
    label = drafted(["no", "yes", "", "no"], "no")

    assert (label.abandoned, label.completed, label.labels.tolist()) == (("no",), ("yes",), [1, 0, -1, 1])
    assert label.positive_share == pytest.approx(2 / 3)


def test_case_does_not_matter_where_one_value_fits() -> None:
    assert drafted(["FALSE", "TRUE"], "false").abandoned == ("FALSE",)


def test_several_values_may_mean_abandoned() -> None:
    assert drafted(["left", "lost", "paid"], "left", "lost").completed == ("paid",)


@pytest.mark.parametrize(
    ("cells", "abandoned", "message"),
    [
        (
            ["yes", "no"],
            "noo",
            r"no Bought is 'noo'; did you mean 'no'\? the values of Bought are 'yes', 'no'; say which",
        ),
        (["no", "no"], "no", "every row of Bought means abandoned: there is nothing to learn"),
        ([str(n) for n in range(40)], "3", "Bought has 40 different values, too many for a label"),
    ],
)
def test_a_label_that_cannot_be_used_says_why(cells: list[str], abandoned: str, message: str) -> None:
    with pytest.raises(DataRefused, match=message):
        drafted(cells, abandoned)


def test_without_a_word_for_abandoned_the_values_are_named() -> None:
    with pytest.raises(DataRefused, match="the values of Bought are 'no', 'yes'; say which of them means abandoned"):
        drafted(["no", "yes", "no"])
    with pytest.raises(DataRefused, match="Bought is empty: no row has a value"):
        drafted(["", ""])
