"""Records as columns: the one shape in which every door hands its input to the scoring core."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lambda_fn.scoring.recipe import CategoryInput, DateInput, FlagInput, NumberInput, Recipe

MISSING: Final = -1
UNKNOWN: Final = -2
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Codes = NDArray[np.int32]


def days_since_epoch(date: dt.date) -> float:
    """Return the number of days from 1970-01-01 to ``date``."""
    return float(date.toordinal() - _EPOCH)


@dataclass(frozen=True)
class Columns:
    """n records as two matrices, laid out by a ``Layout``.

    ``numbers``: float64 (n, numeric inputs); NaN is missing, flags are 0 or 1, dates are days since 1970-01-01.
    ``codes``: int32 (n, categorical inputs); positions in the input's categories, MISSING or UNKNOWN.
    """

    numbers: Floats
    codes: Codes

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: NDArray[np.intp] | Bools) -> Columns:
        """Return the chosen rows."""
        return Columns(self.numbers[rows], self.codes[rows])


class Note(NamedTuple):
    """What was done to one input of one record before it was scored."""

    field: str
    issue: str  # imputed | clipped | unknown_category
    detail: str


@dataclass(frozen=True)
class Notes:
    """Which of the possible notes apply to which record. ``flags``: bool (n, len(kinds))."""

    kinds: tuple[Note, ...]
    flags: Bools

    def of(self, row: int) -> list[Note]:
        """Return the notes on one record."""
        return [self.kinds[i] for i in np.flatnonzero(self.flags[row])]


class Layout:
    """Order, bounds and stand-ins of a fitted recipe's inputs, as arrays."""

    def __init__(self, recipe: Recipe) -> None:
        self.numeric: tuple[NumberInput | FlagInput | DateInput, ...] = tuple(
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
        observed = [_observed_range(field) for field in self.numeric]
        self._low = np.array([low for low, _ in observed], dtype=np.float64)
        self._high = np.array([high for _, high in observed], dtype=np.float64)
        self._default = np.array([_encoded_default(field) for field in self.numeric], dtype=np.float64)
        self._default_codes = np.array(
            [field.categories.index(field.default or "") for field in self.categorical], dtype=np.int32
        )
        self._kinds = self._note_kinds()

    def outside(self, columns: Columns) -> Bools:
        """Return where a number breaks its input's rules, bool (n, numeric inputs).

        Outside its hard bounds, not finite, or not whole where the input is an integer, a flag or a date. A missing
        value (NaN) breaks none.
        """
        x = columns.numbers
        outside: Bools = (x < self.minimum) | (x > self.maximum)
        whole = x[:, self._whole]
        outside[:, self._whole] |= np.floor(whole) < whole
        return outside

    def complete(self, columns: Columns) -> tuple[Columns, Notes]:
        """Impute what is missing, clip what lies beyond the training range, and note each.

        Returns columns without NaN or negative codes, and the notes.
        """
        x, codes = columns.numbers, columns.codes
        numbers, categories = x.shape[1], codes.shape[1]
        flags = np.empty((len(self._kinds), len(columns)), dtype=bool).T  # a kind's flags lie together, as x's values
        missing, below, above = (flags[:, at : at + numbers] for at in (0, numbers, 2 * numbers))
        np.isnan(x, out=missing)
        np.less(x, self._low, out=below)
        np.greater(x, self._high, out=above)
        np.equal(codes, MISSING, out=flags[:, 3 * numbers : -categories or None])
        np.equal(codes, UNKNOWN, out=flags[:, flags.shape[1] - categories :])
        noted: Bools = np.any(flags, axis=0)
        if noted.any():
            columns = self._repair(columns, np.flatnonzero(noted[: 3 * numbers].reshape(3, -1).any(axis=0)))
        return columns, Notes(self._kinds, flags)

    def _repair(self, columns: Columns, faulty: NDArray[np.intp]) -> Columns:
        """Return the columns with stand-ins for what is missing or unknown, and the numeric ones ``faulty`` clipped."""
        x, codes = columns.numbers.copy(order="K"), columns.codes
        given = x[:, faulty]
        filled = np.where(np.isnan(given), self._default[faulty], given)
        x[:, faulty] = filled.clip(self._low[faulty], self._high[faulty])
        return Columns(x, np.where(codes < 0, self._default_codes, codes))

    def defaults(self) -> Columns:
        """Return one record made of every input's stand-in."""
        return Columns(self._default[None, :], self._default_codes[None, :])

    def _note_kinds(self) -> tuple[Note, ...]:
        def imputed(field: NumberInput | FlagInput | DateInput | CategoryInput) -> Note:
            return Note(field.name, "imputed", f"missing; scored as the training default {_shown(field.default)}")

        below = [
            Note(name, "clipped", f"below the training range; scored as {_shown(low)}")
            for name, low in zip(self.numeric_names, self._low.tolist(), strict=True)
        ]
        above = [
            Note(name, "clipped", f"above the training range; scored as {_shown(high)}")
            for name, high in zip(self.numeric_names, self._high.tolist(), strict=True)
        ]
        unknown = [
            Note(field.name, "unknown_category", f"not seen in training; scored as {field.default}")
            for field in self.categorical
        ]
        return (
            *map(imputed, self.numeric),
            *below,
            *above,
            *map(imputed, self.categorical),
            *unknown,
        )


def _hard_bounds(field: NumberInput | FlagInput | DateInput) -> tuple[float, float]:
    if isinstance(field, FlagInput):
        return 0.0, 1.0
    if isinstance(field, DateInput):
        return days_since_epoch(field.minimum), days_since_epoch(field.maximum)
    return field.minimum, field.maximum


def _observed_range(field: NumberInput | FlagInput | DateInput) -> tuple[float, float]:
    if isinstance(field, NumberInput) and field.observed_low is not None and field.observed_high is not None:
        return field.observed_low, field.observed_high
    return -np.inf, np.inf


def _encoded_default(field: NumberInput | FlagInput | DateInput) -> float:
    if field.default is None:
        return np.nan  # an unfitted recipe; scoring refuses it through the manifest
    return days_since_epoch(field.default) if isinstance(field, DateInput) else float(field.default)


def _shown(value: float | str | dt.date | None) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
