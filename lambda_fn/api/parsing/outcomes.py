"""Outcomes in JSON -> the CSV that learning reads: which orders came, and for which decision or shopper."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from functools import cache
from typing import (
    Annotated,
    Any,
    Final,
    Required,  # pydantic needs this one before Python 3.12
)

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, Strict, StringConstraints, TypeAdapter
from pydantic.json_schema import WithJsonSchema
from typing_extensions import TypedDict

from lambda_fn.api.parsing.records import MAX_FAULTS, UserId, parse, whole
from lambda_fn.contract import MAX_BATCH_RECORDS
from lambda_fn.scoring.artefact.expectations import MAX_ID_CHARACTERS
from lambda_fn.scoring.errors import Fault, InvalidRecords
from lambda_fn.scoring.offers.assignment import Assigner

ANY_ID: Final = "id"  # stands for the shop's own name of the id
REQUEST: Final = "OutcomesRequest"
COLUMNS: Final = ("decision_id", "shopper", "time", "order_value", "sent")
_DEPTH: Final = 3  # parts of a location: outcomes, position, field
_Text = Annotated[str, Strict(), StringConstraints(min_length=1, max_length=MAX_ID_CHARACTERS)]
_Amount = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False, description="Of the order; 0 where none came.")]
_Flag = Annotated[
    Annotated[float, Strict(), Field(ge=0, le=1), AfterValidator(whole), AfterValidator(int)]
    | Annotated[bool, Strict(), AfterValidator(int)],
    WithJsonSchema({"type": ["integer", "boolean"], "minimum": 0, "maximum": 1}),
]


def _zoned(time: dt.datetime) -> dt.datetime:
    return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time


_Time = Annotated[dt.datetime, Strict(), AfterValidator(_zoned)]


class OutcomeReader:
    """Parses request bodies. ``id_name``: the field that holds a shopper's id, beside ANY_ID."""

    def __init__(self, id_name: str) -> None:
        self._id_names = tuple(dict.fromkeys((id_name, ANY_ID)))
        self._names = ("decision_id", *self._id_names)
        shopper = f"a text of 1 to {MAX_ID_CHARACTERS} characters or an integer"
        time = "a time such as 2026-11-26T10:00:00Z"
        self._expected = {
            "decision_id": f"a text of 1 to {MAX_ID_CHARACTERS} characters",
            **dict.fromkeys(self._id_names, shopper),
            "time": time,
            "order_value": "a number of at least 0",
            "sent": "true or false",
            "outcomes": f"a list of 1 to {MAX_BATCH_RECORDS:,} outcomes",
        }
        self._adapter = _adapter(self._names)

    def read(self, body: bytes) -> list[dict[str, Any]]:
        """Return the outcomes of a request; raise InvalidRecords naming each faulty one and its field."""
        rows: list[dict[str, Any]] = parse(self._adapter, body, self._expected, depth=_DEPTH)["outcomes"]
        nameless = [place for place, row in enumerate(rows) if all(row.get(name) is None for name in self._names)]
        if nameless:
            message = f"give {' or '.join(self._names[:2])}"
            raise InvalidRecords([Fault(f"/outcomes/{place}", message) for place in nameless[:MAX_FAULTS]])
        return rows

    def as_csv(self, rows: Sequence[dict[str, Any]], assigner: Assigner) -> bytes:
        """Write outcomes as learning reads them. Shoppers are named as in the log, by keyed hashes of their ids."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            shopper = next((row[name] for name in self._id_names if row.get(name) is not None), None)
            sent = row.get("sent")
            writer.writerow(
                (
                    row.get("decision_id") or "",
                    "" if shopper is None else assigner.shopper_hash(str(shopper).encode()),
                    row["time"].isoformat(),
                    row["order_value"],
                    "" if sent is None else int(sent),
                )
            )
        return text.getvalue().encode()

    def schema(self, ref_template: str) -> dict[str, Any]:
        """Return the JSON schema of the request body."""
        return self._adapter.json_schema(ref_template=ref_template)


@cache
def outcome_reader(id_name: str) -> OutcomeReader:
    """Return the reader for a shop; made when it is first asked for, which a cold start need not wait for."""
    return OutcomeReader(id_name)


def _adapter(names: Sequence[str]) -> TypeAdapter[dict[str, Any]]:
    fields: dict[str, Any] = {
        "decision_id": _described(_Text | None, "Of the answer, or of the scored file."),
        **dict.fromkeys(names[1:], _described(UserId | None, "The shopper, whose last decision the order counts for.")),
        "time": Required[_described(_Time, "When the order was placed, ISO 8601, UTC where it names no zone.")],
        "order_value": Required[_Amount],
        "sent": _described(_Flag | None, "Whether the message with the offer went out."),
    }
    typed_dict: Any = TypedDict  # its fields are known only at run time
    outcome: Any = typed_dict("Outcome", fields, total=False)
    outcome.__doc__ = "What became of one decision, or of one shopper's last one."
    named: list[JsonValue] = [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]
    outcome.__pydantic_config__ = ConfigDict(extra="forbid", json_schema_extra={"anyOf": named})
    outcomes: Any = Annotated[list[outcome], Field(min_length=1, max_length=MAX_BATCH_RECORDS)]
    request: Any = typed_dict(REQUEST, {"outcomes": Required[outcomes]})
    request.__pydantic_config__ = ConfigDict(extra="forbid")
    return TypeAdapter(request)


def _described(kind: Any, description: str) -> Any:
    return Annotated[kind, Field(description=description)]
