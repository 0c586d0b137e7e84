"""Files that lack columns altogether, or have more than a model reads: their rows as rows of its layout."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lambda_fn.scoring.artefact.recipe import DateInput, Recipe
from lambda_fn.scoring.columns import MISSING, Columns, Layout


class AbsentColumns:
    """What a file has of a layout's inputs, and how its rows become rows of the whole layout.

    What is absent is missing in every row. ``last_offer``, the date of a shopper's last offer, is read where the header
    names it; it is no input of the model.

    present: the layout of what the header names, the date of the last offer behind the other numbers.
    """

    def __init__(self, layout: Layout, header: Sequence[str], last_offer: DateInput | None = None) -> None:
        names = set(header)
        self._numeric = np.flatnonzero([name in names for name in layout.numeric_names])
        self._categorical = np.flatnonzero([name in names for name in layout.category_names])
        self._widths = len(layout.numeric), len(layout.categorical)
        self._all = (len(self._numeric), len(self._categorical)) == self._widths
        inputs = tuple(field for field in (*layout.numeric, *layout.categorical) if field.name in names)
        self._dated = last_offer is not None and last_offer.name in names
        if last_offer is not None and self._dated:
            inputs = (*inputs, last_offer)
        unchanged = self._all and not self._dated
        self.present = layout if unchanged else Layout(Recipe.model_construct(inputs=inputs, steps=()))

    def filled(self, columns: Columns) -> Columns:
        """Return rows of ``present`` as rows of the whole layout."""
        if self._dated:
            filled = self._filled(Columns(columns.numbers[:, :-1], columns.codes))
            return Columns(filled.numbers, filled.codes, columns.numbers[:, -1])
        return self._filled(columns)

    def _filled(self, columns: Columns) -> Columns:
        if self._all:
            return columns
        numeric, categorical = self._widths
        numbers = np.full((numeric, len(columns)), np.nan).T  # an input's values lie together, as a reader lays them
        codes = np.full((categorical, len(columns)), MISSING, dtype=np.int32).T
        numbers[:, self._numeric] = columns.numbers
        codes[:, self._categorical] = columns.codes
        return Columns(numbers, codes)
