"""The record of one decision: one line of JSON of about 400 bytes. No raw id, and no attribute but the decision's own.

Delivery is at least once, so readers drop repeats. A file holds one record or many, plain or gzip.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from lambda_fn.scoring.artefact.policy import NO_INTERVENTION, Policy

_GZIP_MAGIC: Final = b"\x1f\x8b"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
PROPENSITY_DECIMALS: Final = 8
SIGNAL_DECIMALS: Final = 6
POLICY_VERSION_CHARACTERS: Final = 8


class RecordError(ValueError):
    """A line is no decision record; the message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class DecisionRecord:
    """One decision. A field of None was not known.

    ``decision_id``: of this decision alone
    ``shopper``: keyed hash of the id
    ``time``: ISO 8601
    ``model``, ``policy``, ``assignment``: versions
    ``p``: abandonment risk
    ``order_value``: in the policy's currency
    ``sensitivity``: discount sensitivity, 0 to 1
    ``tier``, ``segment``: labels
    ``allowed``: the offers the shopper may get, "none" first
    ``propensities``: of each of ``allowed``
    ``offer``: what was decided
    ``greedy``: what would have been without control group and exploration
    ``group``: control, explore or exploit
    """

    decision_id: str
    shopper: str
    time: str
    offer: str
    allowed: tuple[str, ...]
    propensities: tuple[float, ...]
    greedy: str | None = None
    group: str | None = None
    model: str | None = None
    policy: str | None = None
    assignment: str | None = None
    p: float | None = None
    order_value: float | None = None
    sensitivity: float | None = None
    tier: str | None = None
    segment: str | None = None


def policy_version(policy: Policy) -> str:
    """Return what tells one policy from another: the start of the sha256 of its JSON."""
    return hashlib.sha256(policy.model_dump_json().encode()).hexdigest()[:POLICY_VERSION_CHARACTERS]


def write_line(record: DecisionRecord) -> bytes:
    """Return the record as one line, newline included.

    >>> record = DecisionRecord(decision_id="d1", shopper="5f1c", time="2026-11-26T10:00:00Z", offer="none",
    ...                         allowed=("none", "reminder"), propensities=(0.9, 0.1))
    >>> read_line(write_line(record)) == record
    True
    """
    fields = {name: value for name, value in asdict(record).items() if value is not None}
    fields["propensities"] = [round(value, PROPENSITY_DECIMALS) for value in record.propensities]
    fields |= {name: round(fields[name], SIGNAL_DECIMALS) for name in _NUMBERS if name in fields}
    return json.dumps(fields, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def read_line(line: bytes) -> DecisionRecord:
    """Return the record of a line; raise RecordError where it is none.

    ``propensities`` may be an object of offer and chance instead of two lists, and may be rounded to three decimals.
    Unknown fields are ignored, and a number that is null or NaN is not known.
    """
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise RecordError(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise RecordError("a record is a JSON object")
    return record_of(fields)


def record_of(fields: dict[str, Any]) -> DecisionRecord:
    """Return the record of fields by name; raise RecordError where they are none. Unknown fields are ignored."""
    if isinstance(fields.get("propensities"), Mapping):
        chances = fields["propensities"]
        fields = {**fields, "allowed": list(chances), "propensities": list(chances.values())}
    known = {name: fields[name] for name in DecisionRecord.__dataclass_fields__ if fields.get(name) is not None}
    if missing := [name for name in _REQUIRED if name not in known]:
        raise RecordError(f"it has no {', '.join(missing)}")
    return _checked(known)


_REQUIRED: Final = ("decision_id", "shopper", "time", "offer", "allowed", "propensities")
_NUMBERS: Final = ("p", "order_value", "sensitivity")
_IDS: Final = ("decision_id", "shopper", "assignment", "offer", "greedy")  # which others may log as numbers
_TEXTS: Final = ("time", "group", "model", "policy", "tier", "segment")
_SUM_TOLERANCE: Final = 2e-3  # three propensities of 0.333 are a third each


def _checked(fields: dict[str, Any]) -> DecisionRecord:
    try:
        fields["allowed"] = tuple(str(name) for name in fields["allowed"])
        fields["propensities"] = tuple(float(value) for value in fields["propensities"])
        numbers = {name: float(fields.pop(name)) for name in _NUMBERS if name in fields}
    except (TypeError, ValueError) as error:
        raise RecordError(f"a number or list is none: {error}") from error
    fields |= {name: value for name, value in numbers.items() if not math.isnan(value)}
    fields |= {name: str(fields[name]) for name in _IDS if name in fields}
    _check_fields(fields)
    record = DecisionRecord(**fields)
    chances = record.propensities
    if len(record.allowed) != len(chances) or len(set(record.allowed)) != len(chances):
        raise RecordError("give one propensity for each allowed offer, and each offer once")
    if not all(0 <= chance <= 1 for chance in chances) or not math.isclose(sum(chances), 1, abs_tol=_SUM_TOLERANCE):
        raise RecordError(f"propensities must lie between 0 and 1 and sum to 1; they sum to {sum(chances):g}")
    if NO_INTERVENTION not in record.allowed:
        raise RecordError(f"{NO_INTERVENTION!r} is always among the allowed offers")
    return record


def _check_fields(fields: dict[str, Any]) -> None:
    for name in _TEXTS:
        if name in fields and not isinstance(fields[name], str):
            raise RecordError(f"{name} must be a text; it is {fields[name]!r}")
    for name in _NUMBERS:
        if name in fields and not math.isfinite(fields[name]):
            raise RecordError(f"{name} must be finite; it is {fields[name]:g}")
    if "p" in fields and not 0 <= fields["p"] <= 1:
        raise RecordError(f"p must lie between 0 and 1; it is {fields['p']:g}")


def read_file(data: bytes) -> Iterator[DecisionRecord]:
    """Yield the records of one file, plain or gzip; raise RecordError naming the line that is none."""
    if data.startswith(_GZIP_MAGIC):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError) as error:
            raise RecordError(f"the gzip is damaged: {error}") from error
    for number, line in enumerate(data.removeprefix(_BYTE_ORDER_MARK).split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            yield read_line(line)
        except RecordError as error:
            raise RecordError(f"line {number}: {error}") from error


def without_repeats(records: Iterable[DecisionRecord]) -> Iterator[DecisionRecord]:
    """Yield each decision once: the first record of its id."""
    seen: set[str] = set()
    for record in records:
        if record.decision_id not in seen:
            seen.add(record.decision_id)
            yield record
