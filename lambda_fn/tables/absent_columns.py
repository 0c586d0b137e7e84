"""Files that lack columns altogether: what is absent is missing in every row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lambda_fn.scoring.columns import MISSING, Columns, Layout
from lambda_fn.scoring.recipe import Recipe


class AbsentColumns:
    """What a file has of a layout's inputs, and how its rows become rows of the whole layout.

    present: the layout of the inputs that the header names.
    """

    def __init__(self, layout: Layout, header: Sequence[str]) -> None:
        names = set(header)
        self._numeric = np.flatnonzero([name in names for name in layout.numeric_names])
        self._categorical = np.flatnonzero([name in names for name in layout.category_names])
        self._widths = len(layout.numeric), len(layout.categorical)
        self._all = (len(self._numeric), len(self._categorical)) == self._widths
        inputs = tuple(field for field in (*layout.numeric, *layout.categorical) if field.name in names)
        self.present = layout if self._all else Layout(Recipe.model_construct(inputs=inputs, steps=()))

    def filled(self, columns: Columns) -> Columns:
        """Return rows of ``present`` as rows of the whole layout."""
        if self._all:
            return columns
        numeric, categorical = self._widths
        numbers = np.full((numeric, len(columns)), np.nan).T  # an input's values lie together, as a reader lays them
        codes = np.full((categorical, len(columns)), MISSING, dtype=np.int32).T
        numbers[:, self._numeric] = columns.numbers
        codes[:, self._categorical] = columns.codes
        return Columns(numbers, codes)
