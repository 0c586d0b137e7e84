"""The champion's inputs, as its OpenAPI document describes them: any shop's, without a name known here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from console import words
from lambda_fn.contract import API_BASE_PATH

Kind = Literal["number", "flag", "category", "date"]
OTHER_GROUP: Final = "other inputs"
YES, NO = "yes", "no"
_FLAGS: Final = {"1": YES, "true": YES, "yes": YES, "1.0": YES, "0": NO, "false": NO, "no": NO, "0.0": NO}


class UnknownDescription(Exception):
    """The API's description holds no request that the console understands."""


@dataclass(frozen=True)
class Field:
    """One input.

    unit, minimum, maximum, whole: of a number.
    known: categories.
    example: the training default.
    group: what kind of input it is.
    """

    name: str
    kind: Kind
    description: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    known: tuple[str, ...] = ()
    example: Any = None
    group: str = OTHER_GROUP

    @property
    def label(self) -> str:
        """Its name, with the unit."""
        return words.label(self.name) + (f" ({self.unit})" if self.unit else "")

    @property
    def hint(self) -> str:
        """What it may hold."""
        match self.kind:
            case "number" if self.minimum is not None and self.maximum is not None:
                return f"{self.minimum:,.12g} to {self.maximum:,.12g}" + (", whole numbers" if self.whole else "")
            case "date":
                return "a date such as " + (str(self.example) if self.example else "2026-06-01")
        return ""

    def from_cell(self, cell: str | None) -> Any:
        """Return what the page's control shows for a cell of a file; None where it is blank or cannot be read."""
        text = (cell or "").strip()
        if not text:
            return None
        match self.kind:
            case "flag":
                return _FLAGS.get(text.lower())
        return text

    def to_json(self, value: Any) -> Any:
        """Return what the API takes for the content of the page's control; None where it is blank."""
        if value is None or (isinstance(value, str) and not value.strip()) or value == words.UNKNOWN:
            return None
        match self.kind:
            case "number":
                number = _number(str(value))
                return str(value) if number is None else number  # the API says what it should be
            case "flag":
                return 1 if value == YES else 0
        return str(value).strip()


@dataclass(frozen=True)
class Inputs:
    """What a request holds: the shopper's id, and the fields in the recipe's order."""

    id_name: str
    fields: tuple[Field, ...]

    def groups(self, importance: Mapping[str, float] | None = None) -> dict[str, list[Field]]:
        """Return the fields by group, the group of the most important input first."""
        found: dict[str, list[Field]] = {}
        for field in self.fields:
            found.setdefault(field.group, []).append(field)
        known = importance or {}

        def weight(group: str) -> float:
            return max(known.get(field.name, 0.0) for field in found[group])

        return {group: found[group] for group in sorted(found, key=weight, reverse=True)}

    def record(self, shopper: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a request from the contents of the page's controls; blank ones are left out."""
        sent = {field.name: field.to_json(values.get(field.name)) for field in self.fields}
        return {self.id_name: shopper.strip() or "console", **{k: v for k, v in sent.items() if v is not None}}

    def from_row(self, row: Mapping[str, str]) -> dict[str, Any]:
        """Return the contents of the page's controls for a row of a file."""
        return {field.name: field.from_cell(row.get(field.name)) for field in self.fields}


def read_inputs(openapi: Mapping[str, Any]) -> Inputs:
    """Find the inputs in the API's description. Raises UnknownDescription."""
    try:
        operation = openapi["paths"][f"{API_BASE_PATH}/predict"]["post"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        while reference := schema.get("$ref"):
            schema = openapi["components"]["schemas"][reference.rsplit("/", 1)[-1]]
        id_name = schema["required"][0]
        properties = schema["properties"]
    except (KeyError, IndexError, TypeError) as error:
        raise UnknownDescription(words.NO_MODEL) from error
    return Inputs(id_name, tuple(_field(name, part) for name, part in properties.items() if name != id_name))


def _field(name: str, schema: Mapping[str, Any]) -> Field:
    value: Mapping[str, Any] = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    examples: Sequence[Any] = value.get("examples") or [None]
    kind = _kind(value)
    return Field(
        name=name,
        kind=kind,
        description=schema.get("description", ""),
        unit=value.get("unit", ""),
        minimum=value.get("minimum") if kind == "number" else None,
        maximum=value.get("maximum") if kind == "number" else None,
        whole=value.get("type") == "integer",
        known=tuple(value.get("x-known", ())),
        example=examples[0],
        group=schema.get("x-group", OTHER_GROUP),
    )


def _kind(schema: Mapping[str, Any]) -> Kind:
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return "number"
    if isinstance(kind, list):  # a flag takes 0, 1, true and false
        return "flag"
    return "date" if schema.get("format") == "date" else "category"


def _number(text: str) -> float | int | None:
    number = words.number(text)
    return int(number) if number is not None and number.is_integer() else number
