"""What a shop is, as data: how its table is written, what its label means, what a model reads, what it can offer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, TypeAdapter, model_validator

from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.artefact.dialect import Dialect
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.artefact.recipe import DateInput, InputField, Recipe, Step
from lambda_fn.scoring.errors import RecipeError
from lambda_fn.scoring.frozen import Frozen

FORMAT: Final = 1
ROW: Final = "row"  # as an id: the position in the file
LEARNT: Final = ("default", "observed_low", "observed_high")  # of an input: from data, never from a shop file

Name = Annotated[str, Field(min_length=1)]
Unit = Literal["auto", "percent", "fraction"]
Texts = Annotated[tuple[Name, ...], Field(min_length=1)]


class RateLabel(Frozen):
    """A column that holds a rate of abandoned carts. A shopper abandons where it is at least ``threshold_percent``.

    ``unit``: percent (0-100), fraction (0-1), or auto, which tells the unit by the values.
    """

    kind: Literal["rate"] = "rate"
    column: Name
    unit: Unit = "auto"
    threshold_percent: float = Field(default=30.0, gt=0, le=100)

    def __str__(self) -> str:
        return f"{self.column} >= {self.threshold_percent:g} percent"


class ValueLabel(Frozen):
    """A column whose values say what became of a cart.

    ``abandoned``: the values that mean "abandoned".
    ``completed``: the values that mean the opposite; without it, every other value does.
    A row with neither is left out and counted.
    """

    kind: Literal["values"] = "values"
    column: Name
    abandoned: Texts
    completed: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _check_values(self) -> Self:
        if both := sorted(set(self.abandoned) & set(self.completed)):
            raise ValueError(f"{', '.join(both)} cannot mean both abandoned and completed; list each value once")
        return self

    def __str__(self) -> str:
        return f"{self.column} in ({', '.join(self.abandoned)})"

    def values_of(self, column: pd.Categorical) -> Floats:
        """Return 1 for abandoned, 0 for completed, NaN for neither, of each cell."""
        completed = set(self.completed)
        meaning = [
            1.0 if text in self.abandoned else float("nan") if completed and text not in completed else 0.0
            for text in column.categories
        ]
        by_code = np.array([*meaning, np.nan])  # the code of a missing cell, -1, points at the last
        values: Floats = by_code[column.codes]
        return values


Label = Annotated[RateLabel | ValueLabel, Field(discriminator="kind")]
_LABEL: Final[TypeAdapter[Label]] = TypeAdapter(Label)


def read_label(definition: Mapping[str, Any]) -> Label:
    """Return the label that a document defines, as ``model_dump`` wrote it."""
    return _LABEL.validate_python(definition)


class Slice(Frozen):
    """A column by whose groups the metrics are broken down.

    ``bands``: inclusive upper ends of all bands but the last, for a column of numbers.
    """

    column: Name
    bands: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _check_bands(self) -> Self:
        if any(low >= high for low, high in pairwise(self.bands)):
            raise ValueError("the bands must rise: each is the upper end of its group")
        return self


class Table(Dialect):
    """How the shop writes its table, and which of its rows count.

    ``id``: the column that tells shoppers apart, or ``row``: the position in the file, for a table without one.
    ``rows``: column -> the values to keep; a row with any other value is left out.
    ``as_of``: the date that days are counted to; ``newest`` is the newest plausible date of the data.
    """

    id: Name = ROW
    rows: dict[Name, Texts] = Field(default_factory=dict)
    as_of: Literal["newest"] | dt.date = "newest"

    @property
    def dialect(self) -> Dialect:
        """Return how the table's cells are written."""
        return Dialect.model_validate(self.model_dump(include=set(Dialect.model_fields)))

    @property
    def id_column(self) -> str | None:
        """Return the column of the id; None where the position in the file stands for it."""
        return None if self.id == ROW else self.id


class Shop(Frozen):
    """A shop file, checked: whatever it names exists, and nothing that gives the label away is a feature."""

    format: int = FORMAT
    name: Name = "shop"
    table: Table = Table()
    label: Label
    inputs: Annotated[tuple[InputField, ...], Field(min_length=1)]
    features: Annotated[tuple[Step, ...], Field(min_length=1)]
    leakage: tuple[Name, ...] = ()
    slices: tuple[Slice, ...] = ()
    offers: Policy

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        if self.format != FORMAT:
            raise ValueError(f"format {self.format} is not known to this release; it reads format {FORMAT}")
        for field in self.inputs:
            if learnt := [name for name in LEARNT if getattr(field, name, None) is not None]:
                raise ValueError(f"input {field.name!r}: {', '.join(learnt)} is learnt from the data; leave it out")
        if self.table.id_column in {field.name for field in self.inputs}:
            raise RecipeError(f"the id {self.table.id_column!r} cannot be an input: it says who, not what")
        self.offers.check_against(self.recipe)
        return self

    @property
    def recipe(self) -> Recipe:
        """Return the recipe, not fitted yet. The label's column counts as leakage."""
        leakage = dict.fromkeys((self.label.column, *self.leakage))
        last_offer = self._last_offer()
        inputs = tuple(field for field in self.inputs if field is not last_offer)
        return Recipe(inputs=inputs, steps=self.features, leakage=tuple(leakage), last_offer=last_offer)

    def _last_offer(self) -> DateInput | None:
        """Return the date of a shopper's last offer. One that a feature reads is an input like the others."""
        read = {source for step in self.features for source in step.sources}
        dates = (field for field in self.inputs if isinstance(field, DateInput) and field.name not in read)
        return next((field for field in dates if field.name == self.offers.last_offer_date), None)

    def columns_needed(self) -> Iterator[str]:
        """Yield the names of the columns that training reads, each once: id, inputs, label, row filters, slices."""
        id_columns = [self.table.id_column] if self.table.id_column else []
        named = (
            *id_columns,
            *(field.name for field in self.recipe.inputs),
            self.label.column,
            *self.table.rows,
        )
        yield from dict.fromkeys(named)
