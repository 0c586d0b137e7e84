"""One shopper's answer in words and as a waterfall, and what differs between two answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import plotly.graph_objects as go

from console import effect_figures, markup, words
from console.backend import Backend
from console.inputs import Inputs

REASONS: Final = 8  # inputs named in the waterfall; the others share a bar
_BLANK: Final = ("imputed", "missing")
_ISSUES: Final = {
    "clipped": "unusual",
    "unknown_category": "not a known value",
    "unknown_field": "not an input of this model",
}


@dataclass(frozen=True)
class Answered:
    """One answer, beside what the model says of a shopper of whom nothing is known.

    base_risk: None where the model gives no reasons.
    """

    record: dict[str, Any]
    answer: dict[str, Any]
    base_risk: float | None


def ask(backend: Backend, inputs: Inputs, record: Mapping[str, Any]) -> Answered:
    """Score one shopper, with reasons where the API gives them."""
    answer = backend.api.predict(record, reasons=REASONS)
    base = None
    if answer.get("reasons") is not None:
        base = float(backend.api.predict({inputs.id_name: record[inputs.id_name]})["abandonment_risk"])
    return Answered(dict(record), answer, base)


def answer_html(title: str, found: Answered, policy: Mapping[str, Any], before: Answered | None = None) -> str:
    """Return an answer in words; with ``before``, how it differs from an earlier one."""
    answer = found.answer
    risk, level = float(answer["abandonment_risk"]), str(answer["risk_level"])
    change = "" if before is None else words.points(risk - float(before.answer["abandonment_risk"]))
    offers = {one["name"]: one for one in policy["interventions"]}
    choice = str(answer["recommended_intervention"])
    margin = float(answer["estimated_margin_impact"])
    figures_shown = markup.facts(
        [
            markup.Fact("Abandonment risk", words.percent(risk, 1), change or _of_a_hundred(risk)),
            markup.Fact("Offer", words.offer(choice), words.discount(offers.get(choice))),
            markup.Fact("Expected margin", words.money(margin, policy["currency"]), _margin_change(margin, before)),
            markup.Fact(
                "The model is", words.confidence(float(answer["confidence"])), "that it predicts the right side"
            ),
        ]
    )
    pill = f"<span class='pill {level.lower()}'>{words.LEVELS[level]}</span>"
    return f"<h2>{title} {pill}</h2>{figures_shown}"


def warnings_html(answer: Mapping[str, Any]) -> str:
    """Return what was done to inputs before the shopper was scored."""
    noted = answer["warnings"]
    blank = [words.label(one["field"]) for one in noted if one["issue"] in _BLANK]
    others = [
        f"{words.label(one['field'])}: {_ISSUES[one['issue']]} ({one['detail']})"
        for one in noted
        if one["issue"] not in _BLANK
    ]
    parts = [markup.items(others)] if others else []
    if blank:
        named = ", ".join(blank)
        parts.append(
            markup.details(f"{len(blank)} inputs were left blank", f"<p class='about'>{markup.escape(named)}</p>")
        )
    return "".join(parts)


def changes_html(inputs: Inputs, before: Answered, after: Answered) -> str:
    """Return which inputs differ between two answers."""
    rows = [
        (words.label(field.name), words.value(before.record.get(field.name)), words.value(after.record.get(field.name)))
        for field in inputs.fields
        if before.record.get(field.name) != after.record.get(field.name)
    ]
    if not rows:
        return markup.note("info", "Nothing was changed yet", "Change an input, then ask what if.")
    return markup.table("What was changed", ("Input", "Answer", "What if"), rows)


def reasons_figure(found: Answered) -> go.Figure | None:
    """Return the waterfall from "nothing known" to the risk; None where the model gives no reasons."""
    if found.base_risk is None:
        return None
    effects = [(_reason(one), float(one["effect"])) for one in found.answer["reasons"]]
    return effect_figures.waterfall(found.base_risk, effects, float(found.answer["abandonment_risk"]))


def reasons_note(found: Answered) -> str:
    """Return how to read the waterfall, or why there is none."""
    if found.base_risk is None:
        return markup.note(
            "info", "This model gives no reasons", "A model trained with reasons shows here what moved the risk."
        )
    return markup.source("reasons of the API: Shapley effects of known against missing, in points of risk")


def _reason(reason: Mapping[str, Any]) -> str:
    return f"{words.label(reason['field'])} =\u00a0{words.value(reason['value'])}"


def _of_a_hundred(risk: float) -> str:
    return f"of 100 customers like this one, {100 * risk:.0f} leave without buying"


def _margin_change(margin: float, before: Answered | None) -> str:
    if before is None:
        return "more than without an offer, on average"
    return f"{margin - float(before.answer['estimated_margin_impact']):+,.2f}"
