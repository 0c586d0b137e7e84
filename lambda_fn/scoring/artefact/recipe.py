"""The recipe: which inputs a model reads and how its features follow from them, as data.

A recipe travels inside the model's manifest, so that scoring computes exactly the features that training did.
An unfitted recipe (``training/shops``) leaves the numbers learnt from data as ``None``. Fitting fills them in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lambda_fn.scoring.errors import RecipeError
from lambda_fn.scoring.frozen import FrozenFinite

ID_FIELD = "user_id"  # the id of the public shopper


class _Input(FrozenFinite):
    name: str = Field(min_length=1)
    description: str = ""


class NumberInput(_Input):
    """A number.

    unit: what it counts, such as ``years``.
    minimum, maximum: hard bounds. A value outside them is refused.
    integer: whether it must be whole.
    observed_low, observed_high: the range seen in training. A value beyond it is clipped, with a warning.
    default: the training median. It replaces a missing value.
    """

    kind: Literal["number"] = "number"
    unit: str
    minimum: float
    maximum: float
    integer: bool = False
    observed_low: float | None = None
    observed_high: float | None = None
    default: float | None = None


class FlagInput(_Input):
    """A yes/no value, 0 or 1.

    default: the training mode. It replaces a missing value.
    """

    kind: Literal["flag"] = "flag"
    default: int | None = Field(default=None, ge=0, le=1)


class CategoryInput(_Input):
    """A text out of a list.

    categories: the known texts.
    default: the training mode. It replaces a missing value and, with a warning, a text that is not known.
    """

    kind: Literal["category"] = "category"
    categories: tuple[str, ...] = ()
    default: str | None = None


class DateInput(_Input):
    """A calendar date, ISO 8601.

    minimum, maximum: hard bounds. A date outside them is refused.
    default: the training median. It replaces a missing date.
    """

    kind: Literal["date"] = "date"
    minimum: dt.date
    maximum: dt.date
    default: dt.date | None = None


InputField = Annotated[NumberInput | FlagInput | CategoryInput | DateInput, Field(discriminator="kind")]


class _Step(FrozenFinite):
    """One named value computed from inputs or earlier steps.

    name: what later steps and the policy call it.
    feature: whether it is a column of the model's matrix. Other steps serve later steps or the policy.
    group: what kind of value it is, such as ``engagement``.
    """

    name: str = Field(min_length=1)
    feature: bool = True
    group: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the inputs and steps this step reads."""
        raise NotImplementedError

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the matrix columns this step yields."""
        return (self.name,)


class _OneSource(_Step):
    source: str

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the inputs and steps this step reads."""
        return (self.source,)


class _ManySources(_Step):
    of: tuple[str, ...] = Field(min_length=1)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the inputs and steps this step reads."""
        return self.of


class Passthrough(_OneSource):
    """The value itself."""

    op: Literal["passthrough"] = "passthrough"


class MinMax(_OneSource):
    """``(x - low) / (high - low)``, clipped to [0, 1]; 0 where ``high == low``."""

    op: Literal["minmax"] = "minmax"
    low: float | None = None
    high: float | None = None


class Mean(_ManySources):
    """The arithmetic mean of the sources."""

    op: Literal["mean"] = "mean"


class Ratio(_Step):
    """``numerator / denominator``; 0 where the denominator is 0."""

    op: Literal["ratio"] = "ratio"
    numerator: str
    denominator: str

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the inputs and steps this step reads."""
        return (self.numerator, self.denominator)


class Inverse(_OneSource):
    """``1 / (1 + x)``: falls as x grows, finite at 0. For sources that cannot be negative."""

    op: Literal["inverse"] = "inverse"


class Product(_ManySources):
    """The product of the sources, times ``factor``."""

    op: Literal["product"] = "product"
    factor: float = 1.0


class Complement(_OneSource):
    """``whole - x``: reverses a scale, such as ``10 - score``."""

    op: Literal["complement"] = "complement"
    whole: float = 1.0


class Bin(_OneSource):
    """The ordinal number of x's bin, from 0.

    edges: the inclusive upper ends of all bins but the last, rising.
    edge_quantiles: the quantiles of the training rows at which fitting puts the edges, where ``edges`` is not given.
    labels: one name per bin.
    """

    op: Literal["bin"] = "bin"
    edges: tuple[float, ...] | None = None
    edge_quantiles: tuple[float, ...] | None = None
    labels: tuple[str, ...]

    @model_validator(mode="after")
    def _check_edges(self) -> Self:
        edges = self.edges if self.edges is not None else self.edge_quantiles
        if edges is None or list(edges) != sorted(edges) or len(edges) != len(self.labels) - 1:
            raise ValueError(f"step {self.name!r}: give rising edges, one fewer than the labels")
        return self


class DaysSince(_OneSource):
    """Whole days from a date to the as-of date; 0 for a date after it."""

    op: Literal["days_since"] = "days_since"


class Ordinal(_OneSource):
    """The position of a category in ``order``, from 0."""

    op: Literal["ordinal"] = "ordinal"
    order: tuple[str, ...]


class OneHot(_OneSource):
    """One 0/1 column per category of the source."""

    op: Literal["one_hot"] = "one_hot"
    categories: tuple[str, ...] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the matrix columns this step yields."""
        return tuple(f"{self.name}={category}" for category in self.categories or ())


Step = Annotated[
    Passthrough | MinMax | Mean | Ratio | Inverse | Product | Complement | Bin | DaysSince | Ordinal | OneHot,
    Field(discriminator="op"),
]


class Recipe(FrozenFinite):
    """What a model reads, and how its features follow from it.

    inputs: the fields of a record.
    steps: the values computed from them, in order of computation.
    leakage: columns known only after the outcome. No step may read them.
    last_offer: the date of the shopper's last offer. Offers go by it, the model does not, and nobody needs to give it.

    Raises RecipeError where a name is taken twice, a source is unknown or of the wrong kind, or a leakage column is
    read.
    """

    inputs: tuple[InputField, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    leakage: tuple[str, ...] = ()
    last_offer: DateInput | None = None

    @model_validator(mode="after")
    def _check_graph(self) -> Self:
        kinds = {field.name: field.kind for field in self.inputs}
        if len(kinds) != len(self.inputs):
            raise RecipeError("each input needs a name of its own")
        roots: dict[str, frozenset[str]] = {name: frozenset([name]) for name in kinds}
        scalars = {name for name, kind in kinds.items() if kind in ("number", "flag")}
        for step in self.steps:
            if step.name in roots:
                raise RecipeError(f"the name {step.name!r} is taken already; name the step something else")
            leaked = frozenset(self.leakage) & frozenset(step.sources).union(
                *(roots.get(source, frozenset()) for source in step.sources)
            )
            if leaked:
                raise RecipeError(
                    f"feature {step.name!r} is built from {', '.join(sorted(leaked))}, which is known only after the "
                    "outcome (a leakage column); remove it from the recipe"
                )
            self._check_sources(step, kinds, roots, scalars)
            roots[step.name] = frozenset().union(*(roots[source] for source in step.sources))
            if step.op != "one_hot":
                scalars.add(step.name)
        if leaked_inputs := sorted(set(self.leakage) & set(kinds)):
            raise RecipeError(f"input {', '.join(leaked_inputs)} is declared a leakage column; remove it")
        if not any(step.feature for step in self.steps):
            raise RecipeError("no step is a feature")
        return self

    @model_validator(mode="after")
    def _check_last_offer(self) -> Self:
        taken = {*(field.name for field in self.inputs), *(step.name for step in self.steps)}
        if self.last_offer is not None and self.last_offer.name in taken:
            raise RecipeError(f"{self.last_offer.name!r}, the date of the last offer, is taken already")
        return self

    @staticmethod
    def _check_sources(step: Step, kinds: Mapping[str, str], roots: Mapping[str, object], scalars: set[str]) -> None:
        needed = {"days_since": "date", "ordinal": "category", "one_hot": "category"}.get(step.op, "number")
        for source in step.sources:
            if source not in roots:
                raise RecipeError(f"step {step.name!r} reads {source!r}, which is neither an input nor an earlier step")
            fits = source in scalars if needed == "number" else kinds.get(source) == needed
            if not fits:
                raise RecipeError(f"step {step.name!r} ({step.op}) reads {source!r}, which is not a {needed}")

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the model matrix's columns, in order."""
        return tuple(column for step in self.steps if step.feature for column in step.columns)

    def roots_of(self, name: str) -> frozenset[str]:
        """Return the inputs that a step (or input) is computed from."""
        steps = {step.name: step for step in self.steps}
        if name not in steps:
            return frozenset([name])
        return frozenset().union(*(self.roots_of(source) for source in steps[name].sources))

    def input_groups(self) -> dict[str, str]:
        """Return the group of the first step with one that each input goes into. Inputs without one are absent."""
        groups: dict[str, str] = {}
        roots: dict[str, frozenset[str]] = {}
        for step in self.steps:
            roots[step.name] = frozenset().union(*(roots.get(source, {source}) for source in step.sources))
            if step.group:
                groups |= dict.fromkeys(roots[step.name] - groups.keys(), step.group)
        return groups

    def unfitted(self) -> Iterator[str]:
        """Yield the names of inputs and steps that still lack a number learnt from data."""
        for field in self.inputs:
            if field.default is None or (field.kind == "number" and field.observed_low is None):
                yield field.name
        for step in self.steps:
            missing_range = step.op == "minmax" and (step.low is None or step.high is None)
            if missing_range or (step.op == "bin" and step.edges is None):
                yield step.name
            if step.op == "one_hot" and step.categories is None:
                yield step.name
