"""The label of a draft: which texts mean "abandoned", and what is to be said of the others."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Labels
from training.drafting.profile import Profile
from training.errors import DataRefused

MOST_VALUES: Final = 20  # of a label's column; more look like a rate or an amount
_SHOWN: Final = 10


@dataclass(frozen=True)
class DraftedLabel:
    """The label's column, the texts on either side, and the label of each row (-1: neither)."""

    column: str
    abandoned: tuple[str, ...]
    completed: tuple[str, ...]
    labels: Labels

    @property
    def positive_share(self) -> float:
        """Return the share of abandoned carts among the rows that have a label."""
        return float(self.labels[self.labels >= 0].mean())


def draft_label(profile: Profile, cells: pd.Series, abandoned: Sequence[str]) -> DraftedLabel:
    """Split the label's texts in two; raise DataRefused where ``abandoned`` names none of them, or all."""
    texts = [str(text) for text in profile.texts.index]
    if not abandoned:
        raise DataRefused(f"{_values(profile.name, texts)}; say which of them means abandoned with --abandoned")
    chosen = tuple(_matched(profile.name, text, texts) for text in abandoned)
    others = tuple(sorted(set(texts) - set(chosen)))
    if not others:
        raise DataRefused(f"every row of {profile.name} means abandoned: there is nothing to learn")
    if len(others) > MOST_VALUES:
        raise DataRefused(
            f"{profile.name} has {len(texts):,} different values, too many for a label; name a column that says in a "
            "few words what became of the cart"
        )
    labels = np.where(cells.isin(chosen), 1, np.where(cells.isin(others), 0, -1)).astype(np.int8)
    return DraftedLabel(profile.name, chosen, others, labels)


def _matched(column: str, asked: str, texts: Sequence[str]) -> str:
    """Return the text of the column that is asked for, whatever its case; raise DataRefused naming those there are."""
    same = [text for text in texts if text == asked] or [text for text in texts if text.casefold() == asked.casefold()]
    if len(same) == 1:
        return same[0]
    near = difflib.get_close_matches(asked, texts, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise DataRefused(
        f"no {column} is {asked!r}; {hint}{_values(column, texts)}; say which of them means abandoned with --abandoned"
    )


def _values(column: str, texts: Sequence[str]) -> str:
    if not texts:
        return f"{column} is empty: no row has a value"
    shown = ", ".join(map(repr, texts[:_SHOWN])) + (", ..." if len(texts) > _SHOWN else "")
    return f"the values of {column} are {shown}"
