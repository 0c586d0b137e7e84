"""Examples for the page that documents the API: shoppers made of the champion's recipe, and its own answers to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from pydantic_core import to_json

from lambda_fn.api.served_model import ServedModel
from lambda_fn.api.serving import Serving
from lambda_fn.scoring.artefact.recipe import DateInput, FlagInput, InputField, NumberInput

REASONS: Final = 3
SHOPPER: Final = "shopper-1042"


class Example(NamedTuple):
    """A request and its answer. request: None where it is that of another example, asked in another way."""

    name: str
    summary: str
    request: dict[str, Any] | None
    answer: dict[str, Any]


def examples(champion: ServedModel, at: dt.datetime) -> list[Example]:
    """Return a shopper of whom all, half and hardly anything is known, with what the champion answers at ``at``.

    A known input has the training default: the median, or the most frequent value.
    """
    inputs = champion.manifest.recipe.inputs
    named = champion.manifest.policy.order_value
    one = [next((field for field in inputs if field.name == named), inputs[0])]
    serving = Serving(champion)

    def answer(record: Mapping[str, Any], reasons: int = 0) -> dict[str, Any]:
        return serving.score_one(to_json(record), at, reasons).predictions[0]

    records = {
        "full": ("Every input is known", _record(champion, inputs)),
        "half_known": ("Half of the inputs are known", _record(champion, inputs[::2])),
        "nearly_unknown": (f"Only {one[0].name} is known", _record(champion, one)),
    }
    found = [Example(name, summary, record, answer(record)) for name, (summary, record) in records.items()]
    asked_why = answer(records["full"][1], REASONS)
    return [*found, Example("with_reasons", f"Every input is known, asked with ?reasons={REASONS}", None, asked_why)]


def add_examples(paths: Mapping[str, Any], base_path: str, found: Sequence[Example]) -> None:
    """Put examples into the operations of an OpenAPI document, those of ``/predict/batch`` as one batch."""
    requests = {e.name: {"summary": e.summary, "value": e.request} for e in found if e.request is not None}
    answers = {e.name: {"summary": e.summary, "value": e.answer} for e in found}
    _add(paths[f"{base_path}/predict"]["post"], requests, answers)
    summary = "Shoppers of whom more and less is known"
    records = [part["value"] for part in requests.values()]
    predictions = [answers[name]["value"] for name in requests]
    _add(
        paths[f"{base_path}/predict/batch"]["post"],
        {"batch": {"summary": summary, "value": {"records": records}}},
        {"batch": {"summary": summary, "value": {"predictions": predictions}}},
    )


def _add(operation: Mapping[str, Any], requests: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
    operation["requestBody"]["content"]["application/json"]["examples"] = requests
    operation["responses"]["200"]["content"]["application/json"]["examples"] = answers


def _record(champion: ServedModel, known: Sequence[InputField]) -> dict[str, Any]:
    ids = {champion.reader.id_name: SHOPPER} if champion.manifest.id_column else {}
    return {**ids, **{field.name: _typical(field) for field in known}}


def _typical(field: InputField) -> Any:
    """Return an input's training default as JSON takes it."""
    if isinstance(field, DateInput):
        return None if field.default is None else field.default.isoformat()
    if isinstance(field, FlagInput) or (isinstance(field, NumberInput) and field.integer):
        return None if field.default is None else round(field.default)
    return field.default
