"""JSON records -> columns. The request schema is made from the champion's recipe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import (
    Annotated,
    Any,
    Final,
    Required,  # pydantic needs this one before Python 3.12
)

import numpy as np
from pydantic import AfterValidator, ConfigDict, Field, Strict, StringConstraints, TypeAdapter, ValidationError
from pydantic.json_schema import WithJsonSchema
from pydantic_core import from_json, to_json
from typing_extensions import TypedDict

from lambda_fn.contract import MAX_BATCH_RECORDS
from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.artefact.expectations import MAX_ID_CHARACTERS, expectation
from lambda_fn.scoring.artefact.manifest import ROW
from lambda_fn.scoring.artefact.recipe import (
    ID_FIELD,
    CategoryInput,
    DateInput,
    FlagInput,
    InputField,
    NumberInput,
    Recipe,
)
from lambda_fn.scoring.columns import MISSING, UNKNOWN, Columns, Layout, days_since_epoch
from lambda_fn.scoring.errors import Fault, InvalidRecords

MAX_FAULTS: Final = 100
Record = dict[str, Any]


def whole(value: float) -> float:
    """Refuse a fraction, however small: pydantic's ``multiple_of`` takes 1e-42 for a multiple of 1."""
    if not value.is_integer():
        raise ValueError("not a whole number")
    return value


_ID_BOUND: Final = 2**53  # exclusive; beyond it JSON numbers lose digits in many languages, ours among them
UserId = Annotated[
    Annotated[str, Strict(), StringConstraints(min_length=1, max_length=MAX_ID_CHARACTERS)]
    | Annotated[int, Strict(), Field(gt=-_ID_BOUND, lt=_ID_BOUND)]
    | Annotated[float, Strict(), Field(gt=-_ID_BOUND, lt=_ID_BOUND), AfterValidator(whole), AfterValidator(int)],
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": MAX_ID_CHARACTERS},
                {"type": "integer", "exclusiveMinimum": -_ID_BOUND, "exclusiveMaximum": _ID_BOUND},
            ],
            "description": "The shop's own id of the shopper; returned as it was sent.",
        }
    ),
]


class RecordReader:
    """Parses request bodies by one recipe.

    id_column: the field that holds the id; None for a shop without ids, whose records may leave ROW out. A record's
        position then stands for it.
    """

    def __init__(self, recipe: Recipe, layout: Layout, id_column: str | None = ID_FIELD) -> None:
        self.id_name = id_column or ROW
        self._ids_optional = id_column is None
        self._layout = layout
        self._positions = [
            (field.name, {category: i for i, category in enumerate(field.categories)}) for field in layout.categorical
        ]
        self._dates = [i for i, field in enumerate(layout.numeric) if isinstance(field, DateInput)]
        self._last_offer = recipe.last_offer.name if recipe.last_offer else None
        known = (*recipe.inputs, *((recipe.last_offer,) if recipe.last_offer else ()))
        self._rules = frozenset((self.id_name, *map(_rule, known)))
        self._expected = {field.name: expectation(field) for field in known}
        self._expected[self.id_name] = f"a text of 1 to {MAX_ID_CHARACTERS} characters or an integer"
        fields: dict[str, Any] = {self.id_name: UserId if self._ids_optional else Required[UserId]}
        groups = recipe.input_groups()
        fields.update({field.name: _annotation(field, groups.get(field.name, "")) for field in known})
        self._known = frozenset(fields)
        self._alike = {_plain(name): name for name in reversed(fields)}
        typed_dict: Any = TypedDict  # its fields are known only at run time
        record: Any = typed_dict("PredictRequest", fields, total=False)
        record.__pydantic_config__ = ConfigDict(extra="allow")  # so that what is not known can be named
        record.__doc__ = (
            "One shopper. Fields that are absent or null are scored as missing and named in the answer's warnings; so "
            "are fields that the model does not know, which are ignored: a caller can send the same record to models "
            "that differ."
        )
        records: Any = Annotated[list[record], Field(min_length=1, max_length=MAX_BATCH_RECORDS)]
        batch = typed_dict("BatchRequest", {"records": Required[records]})
        self._one: TypeAdapter[Record] = TypeAdapter(record)
        self._many: TypeAdapter[dict[str, list[Record]]] = TypeAdapter(batch)

    def read_one(self, body: bytes) -> Record:
        """Parse one record; raise InvalidRecords naming each faulty field."""
        record: Record = parse(self._one, body, self._expected, depth=1)
        record.setdefault(self.id_name, 1)
        return record

    def read_many(self, body: bytes) -> list[Record]:
        """Parse ``{"records": [...]}``; raise InvalidRecords naming each faulty record and field."""
        records: list[Record] = parse(self._many, body, self._expected, depth=3)["records"]
        if self._ids_optional:
            for position, record in enumerate(records, start=1):
                record.setdefault(self.id_name, position)
        return records

    def read_some(self, raw: Mapping[int, bytes]) -> dict[int, Record]:
        """Parse JSON records, by row; leave out those that this reader refuses."""
        parsed: dict[int, Record] = {}
        for row, body in raw.items():
            with suppress(InvalidRecords):
                parsed[row] = self.read_one(body)
        return parsed

    def unknown(self, record: Record) -> list[str]:
        """Return the fields of a parsed record that this model does not know, in their order."""
        if self._known.issuperset(record):
            return []
        return [name for name in record if name not in self._known]

    def alike(self, name: str) -> str | None:
        """Return the known field of the same letters and digits, such as average_order_value of averageOrderValue."""
        return self._alike.get(_plain(name))

    def takes_all_of(self, other: RecordReader) -> bool:
        """Say whether this reader would parse every record of ``other`` alike: then nobody needs to parse it again."""
        return self._rules <= other._rules

    def columns(self, records: Sequence[Record]) -> Columns:
        """Lay parsed records out as columns."""
        nan = float("nan")
        names = self._layout.numeric_names
        rows: list[list[Any]] = [[record.get(name) for name in names] for record in records]
        for row in rows:
            for i in self._dates:
                row[i] = days_since_epoch(row[i]) if row[i] is not None else nan
        codes = [[_code(record.get(name), positions) for name, positions in self._positions] for record in records]
        return Columns(
            np.array(rows, dtype=np.float64),  # numpy reads None as NaN
            np.array(codes, dtype=np.int32).reshape(len(records), len(self._positions)),
            None if self._last_offer is None else _days([record.get(self._last_offer) for record in records]),
        )

    def schemas(self, ref_template: str) -> dict[str, dict[str, Any]]:
        """Return the JSON schemas of both request bodies, by name."""
        schemas: dict[str, dict[str, Any]] = {}
        for name, adapter in (("PredictRequest", self._one), ("BatchRequest", self._many)):
            schema = adapter.json_schema(ref_template=ref_template)
            schemas.update(schema.pop("$defs", {}))
            schemas[name] = schema
        return schemas


def _days(dates: Sequence[dt.date | None]) -> Floats:
    return np.array([float("nan") if date is None else days_since_epoch(date) for date in dates])


def _plain(name: str) -> str:
    joined = name.replace("_", "")
    return (joined if joined.isalnum() else "".join(filter(str.isalnum, joined))).lower()


def _code(value: str | None, positions: dict[str, int]) -> int:
    return MISSING if value is None else positions.get(value, UNKNOWN)


def raw_records(body: bytes, rows: Sequence[int]) -> list[bytes]:
    """Return the JSON of the records ``rows`` of ``{"records": [...]}``, a body that a reader has accepted."""
    records = from_json(body)["records"]
    return [to_json(records[row]) for row in rows]


def _rule(field: InputField) -> tuple[object, ...]:
    """Return all that parsing depends on: two fields with the same rule accept the same values."""
    match field:
        case NumberInput():
            return field.name, field.kind, field.minimum, field.maximum, field.integer
        case DateInput():
            return field.name, field.kind, field.minimum, field.maximum
        case FlagInput() | CategoryInput():
            return field.name, field.kind


def _annotation(field: InputField, group: str) -> Any:
    kind, schema = _type_and_schema(field)
    description = field.description or field.name.replace("_", " ")
    if isinstance(field, CategoryInput):
        description = (
            f"{description.rstrip('.')}. Known: {', '.join(field.categories)}; any other text is scored with a warning."
        )
    described = {"anyOf": [schema, {"type": "null"}], "description": description}
    return Annotated[kind | None, WithJsonSchema(described | ({"x-group": group} if group else {}))]


def _type_and_schema(field: InputField) -> tuple[Any, dict[str, Any]]:
    """Return what pydantic checks and what OpenAPI says of it."""
    match field:
        case NumberInput():
            number: Any = Annotated[float, Strict(), Field(ge=field.minimum, le=field.maximum, allow_inf_nan=False)]
            return Annotated[number, AfterValidator(whole)] if field.integer else number, {
                "type": "integer" if field.integer else "number",
                "minimum": field.minimum,
                "maximum": field.maximum,
                "unit": field.unit,
                "examples": [field.default],
            }
        case FlagInput():
            number = Annotated[float, Strict(), Field(ge=0, le=1), AfterValidator(whole)]
            schema = {"type": ["integer", "boolean"], "minimum": 0, "maximum": 1, "examples": [field.default]}
            return number | Annotated[bool, Strict()], schema
        case CategoryInput():
            known = {"x-known": list(field.categories)}
            return Annotated[str, Strict()], {"type": "string", "examples": [field.default], **known}
        case DateInput():
            date = Annotated[dt.date, Strict(), Field(ge=field.minimum, le=field.maximum)]
            examples = {"examples": [str(field.default)]} if field.default else {}
            return date, {"type": "string", "format": "date", **examples}


def parse(adapter: TypeAdapter[Any], body: bytes, expected: dict[str, str], depth: int) -> Any:
    """Parse a body; raise InvalidRecords naming each faulty field.

    expected: what each field should hold.
    depth: how many parts of a location lead to a field.
    """
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        raise InvalidRecords(_faults(error, expected, depth)) from error


def _faults(error: ValidationError, expected: dict[str, str], depth: int) -> list[Fault]:
    """Return one fault a field. ``depth`` is how many parts of a location lead to the field."""
    faults: dict[str, Fault] = {}
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        path = [str(part) for part in found["loc"][:depth]]
        pointer = "".join(f"/{part}" for part in path)
        message = found["msg"]
        if found["type"] == "missing":
            message = "is required"
        elif found["type"] == "extra_forbidden":
            message = "is not a field of this request"
        elif path and path[-1] in expected:
            message = f"expected {expected[path[-1]]}"
        faults.setdefault(pointer, Fault(pointer, message))
    return list(faults.values())[:MAX_FAULTS]
