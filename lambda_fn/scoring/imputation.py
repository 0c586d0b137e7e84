"""Imputation and clipping: what stands in for a value that the model cannot take, and a note of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lambda_fn.scoring.arrays import Bools, Indices
from lambda_fn.scoring.artefact.manifest import Missing
from lambda_fn.scoring.artefact.recipe import DateInput, InputField, NumberInput
from lambda_fn.scoring.columns import MISSING, UNKNOWN, Columns, Layout, NumericInput, days_since_epoch


class Note(NamedTuple):
    """What was done to one input of one record before it was scored.

    issue: ``imputed``, ``missing``, ``clipped`` or ``unknown_category``.
    """

    field: str
    issue: str
    detail: str


@dataclass(frozen=True)
class Notes:
    """Which notes apply to which record.

    kinds: every note that the recipe allows.
    flags: bool (n, len(kinds)).
    none: whether there is none on any record.
    """

    kinds: tuple[Note, ...]
    flags: Bools
    none: bool

    def of(self, row: int) -> list[Note]:
        """Return the notes on one record."""
        return [self.kinds[i] for i in np.flatnonzero(self.flags[row])]


class Imputer:
    """Replaces what the model cannot take, by a fitted recipe.

    A missing value or an unknown category becomes the training default, or stays missing where ``missing`` is "value".
    A number beyond the training range becomes the nearer end of it.
    """

    def __init__(self, layout: Layout, missing: Missing = "imputed", order_value: str | None = None) -> None:
        """``order_value``: the input that offers are chosen by; its note says what stands in for it there."""
        self._keeps_missing = missing == "value"
        self._order_value = order_value
        observed = [_observed_range(field) for field in layout.numeric]
        self._low = np.array([low for low, _ in observed], dtype=np.float64)
        self._high = np.array([high for _, high in observed], dtype=np.float64)
        self._default = np.array([_encoded_default(field) for field in layout.numeric], dtype=np.float64)
        self._default_codes = np.array(
            [field.categories.index(field.default or "") for field in layout.categorical], dtype=np.int32
        )
        self._kinds = tuple(self._note_kinds(layout))

    def complete(self, columns: Columns) -> tuple[Columns, Notes]:
        """Return columns that the model takes, and a note of each value that is missing or was replaced."""
        x, codes = columns.numbers, columns.codes
        numbers, categories = x.shape[1], codes.shape[1]
        flags = np.empty((len(self._kinds), len(columns)), dtype=bool).T  # a kind's flags lie together, as x's values
        missing, below, above = (flags[:, at : at + numbers] for at in (0, numbers, 2 * numbers))
        np.isnan(x, out=missing)
        np.less(x, self._low, out=below)
        np.greater(x, self._high, out=above)
        np.equal(codes, MISSING, out=flags[:, 3 * numbers : -categories or None])
        np.equal(codes, UNKNOWN, out=flags[:, flags.shape[1] - categories :])
        noted: Bools = np.logical_or.reduce(flags, axis=0)
        if not noted.any():
            return columns, Notes(self._kinds, flags, none=True)
        of_numbers = noted[: 3 * numbers].reshape(3, -1)  # missing, below, above
        faulty = np.flatnonzero(of_numbers[int(self._keeps_missing) :].any(axis=0))
        if len(faulty) or not self._keeps_missing:
            columns = self._repair(columns, faulty)
        return columns, Notes(self._kinds, flags, none=False)

    def _repair(self, columns: Columns, faulty: Indices) -> Columns:
        """Return the columns with defaults for what is missing or unknown, and the numeric ones ``faulty`` clipped."""
        x, codes = columns.numbers.copy(order="K"), columns.codes
        given = x[:, faulty]
        filled = given if self._keeps_missing else np.where(np.isnan(given), self._default[faulty], given)
        x[:, faulty] = filled.clip(self._low[faulty], self._high[faulty])
        return Columns(x, codes if self._keeps_missing else np.where(codes < 0, self._default_codes, codes))

    def defaults(self) -> Columns:
        """Return one record made of every input's default."""
        return Columns(self._default[None, :], self._default_codes[None, :])

    def _note_kinds(self, layout: Layout) -> Iterator[Note]:
        """Yield the kinds in the order in which ``complete`` lays out the flags."""
        absent = self._missing if self._keeps_missing else _imputed
        yield from map(absent, layout.numeric)
        for name, low in zip(layout.numeric_names, self._low.tolist(), strict=True):
            yield Note(name, "clipped", f"below the training range; scored as {_shown(low)}")
        for name, high in zip(layout.numeric_names, self._high.tolist(), strict=True):
            yield Note(name, "clipped", f"above the training range; scored as {_shown(high)}")
        yield from map(absent, layout.categorical)
        for field in layout.categorical:
            stand_in = "missing" if self._keeps_missing else field.default
            yield Note(field.name, "unknown_category", f"not seen in training; scored as {stand_in}")

    def _missing(self, field: InputField) -> Note:
        if field.name == self._order_value:
            detail = f"scored as missing; the offer is chosen for the training default {_shown(field.default)}"
            return Note(field.name, "missing", detail)
        return Note(field.name, "missing", "scored as missing")


def _imputed(field: InputField) -> Note:
    return Note(field.name, "imputed", f"missing; scored as the training default {_shown(field.default)}")


def _observed_range(field: NumericInput) -> tuple[float, float]:
    if isinstance(field, NumberInput) and field.observed_low is not None and field.observed_high is not None:
        return field.observed_low, field.observed_high
    return -np.inf, np.inf


def _encoded_default(field: NumericInput) -> float:
    if field.default is None:
        return np.nan  # an unfitted recipe; scoring refuses it through the manifest
    return days_since_epoch(field.default) if isinstance(field, DateInput) else float(field.default)


def _shown(value: float | str | dt.date | None) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
