"""What moved the risk of the explained holdout shoppers: ``explained`` of ``metrics.json``, by input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

Value = float | str


@dataclass(frozen=True)
class InputEffects:
    """One input's values and effects on the risk, in probability, for the shoppers of whom it is known."""

    name: str
    values: tuple[Value, ...]
    effects: tuple[float, ...]


@dataclass(frozen=True)
class Effects:
    """The effects of every input.

    nobody: risk of a shopper of whom nothing is known.
    shoppers: how many were explained.
    inputs: the largest mean absolute effect over all explained shoppers first.
    rows: the known values of each shopper, by input.
    """

    nobody: float
    shoppers: int
    inputs: tuple[InputEffects, ...]
    rows: tuple[dict[str, Value], ...]

    def of(self, name: str) -> InputEffects | None:
        """Return one input's effects; None where it has none."""
        return next((one for one in self.inputs if one.name == name and one.values), None)


def read_effects(metrics: Mapping[str, Any]) -> Effects | None:
    """Return the effects that a metrics document holds; None where the model gives no reasons."""
    found = metrics.get("explained")
    if not found or not found["risk"]:
        return None
    names: Sequence[str] = found["inputs"]
    columns = [[row[place] for row in found["effects"]] for place in range(len(names))]
    ranked = sorted(range(len(names)), key=lambda place: -fmean(map(abs, columns[place])))
    known = ((names[place], [row[place] for row in found["values"]], columns[place]) for place in ranked)
    return Effects(
        nobody=float(found["nobody"]),
        shoppers=len(found["risk"]),
        inputs=tuple(_of_known(name, values, effects) for name, values, effects in known),
        rows=tuple(
            {name: value for name, value in zip(names, row, strict=True) if value is not None}
            for row in found["values"]
        ),
    )


def _of_known(name: str, values: Sequence[Value | None], effects: Sequence[float]) -> InputEffects:
    pairs = [(value, effect) for value, effect in zip(values, effects, strict=True) if value is not None]
    return InputEffects(name, tuple(value for value, _ in pairs), tuple(effect for _, effect in pairs))
