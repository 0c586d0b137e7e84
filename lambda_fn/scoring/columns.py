"""Records as columns: the shape in which every entry point hands its input to the scoring core."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Bools, Codes, Floats, Indices
from lambda_fn.scoring.artefact.recipe import CategoryInput, DateInput, FlagInput, NumberInput, Recipe

MISSING: Final = -1
UNKNOWN: Final = -2
NumericInput = NumberInput | FlagInput | DateInput
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()


def days_since_epoch(date: dt.date) -> float:
    """Return the number of days from 1970-01-01 to ``date``.

    >>> import datetime as dt
    >>> days_since_epoch(dt.date(1970, 1, 31))
    30.0
    """
    return float(date.toordinal() - _EPOCH)


def date_of(days: float) -> dt.date:
    """Return the date that is ``days`` after 1970-01-01; the inverse of ``days_since_epoch``."""
    return dt.date.fromordinal(int(days) + _EPOCH)


@dataclass(frozen=True)
class Columns:
    """n records as two matrices, laid out by a ``Layout``.

    numbers: float64 (n, numeric inputs). NaN is missing, a flag is 0 or 1, a date is days since 1970-01-01.
    codes: int32 (n, categorical inputs). A position in the input's categories, MISSING or UNKNOWN.
    last_offer: when each shopper got the last offer, as days since 1970-01-01, NaN without one; None where nobody says.
    """

    numbers: Floats
    codes: Codes
    last_offer: Floats | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def nothing_known(self) -> Bools:
        """Return the rows of which every input is missing, bool (n,)."""
        empty: Bools = np.ones(len(self), dtype=bool)
        for column in self.numbers.T:
            if not empty.any():
                return empty
            empty &= np.isnan(column)
        empty &= (self.codes == MISSING).all(axis=1)
        return empty

    def take(self, rows: Indices | Bools) -> Columns:
        """Return the chosen rows."""
        return Columns(self.numbers[rows], self.codes[rows], None if self.last_offer is None else self.last_offer[rows])


class Layout:
    """Order and hard bounds of a recipe's inputs, as arrays."""

    def __init__(self, recipe: Recipe) -> None:
        self.numeric: tuple[NumericInput, ...] = tuple(
            field for field in recipe.inputs if not isinstance(field, CategoryInput)
        )
        self.categorical: tuple[CategoryInput, ...] = tuple(
            field for field in recipe.inputs if isinstance(field, CategoryInput)
        )
        self.numeric_names = tuple(field.name for field in self.numeric)
        self.category_names = tuple(field.name for field in self.categorical)
        bounds = [_hard_bounds(field) for field in self.numeric]
        self.minimum = np.array([low for low, _ in bounds], dtype=np.float64)
        self.maximum = np.array([high for _, high in bounds], dtype=np.float64)
        self._whole = np.flatnonzero([not isinstance(f, NumberInput) or f.integer for f in self.numeric])

    def outside(self, columns: Columns) -> Bools:
        """Return where a number breaks its input's rules, bool (n, numeric inputs).

        A number must lie within its hard bounds and be finite.
        An integer, a flag and a date must be whole.
        A missing value (NaN) breaks no rule.
        """
        x = columns.numbers
        outside: Bools = (x < self.minimum) | (x > self.maximum)
        whole = x[:, self._whole]
        outside[:, self._whole] |= np.floor(whole) < whole
        return outside


def _hard_bounds(field: NumericInput) -> tuple[float, float]:
    if isinstance(field, FlagInput):
        return 0.0, 1.0
    if isinstance(field, DateInput):
        return days_since_epoch(field.minimum), days_since_epoch(field.maximum)
    return field.minimum, field.maximum
