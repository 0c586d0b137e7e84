"""One answer in words, and two side by side."""

from typing import Any

from console.inputs import Field, Inputs
from console.tabs import customer_answer
from console.tabs.customer_answer import Answered

POLICY = {"currency": "EUR", "interventions": [{"name": "discount_10", "discount_share": {"value": 0.1}}]}
INPUTS = Inputs("id", (Field("age", "number"), Field("device", "category")))


def answered(risk: float, record: dict[str, Any], **more: Any) -> Answered:
    answer = {
        "abandonment_risk": risk,
        "risk_level": "HIGH" if risk >= 0.7 else "LOW",
        "recommended_intervention": "discount_10",
        "estimated_margin_impact": 2.5,
        "confidence": 0.93,
        "warnings": [],
        **more,
    }
    return Answered(record, answer, 0.6 if "reasons" in more else None)


def test_an_answer_is_told_in_words() -> None:
    shown = customer_answer.answer_html("Answer", answered(0.83, {}), POLICY)
    for part in (
        "83.0\u00a0%",
        "High risk",
        "Discount 10",
        "10\u00a0% off the order",
        "2.50 EUR",
        "very sure (93\u00a0%)",
    ):
        assert part in shown


def test_a_second_answer_says_how_it_differs() -> None:
    before, after = answered(0.83, {"age": 30}), answered(0.43, {"age": 40})
    assert "-40.0 points" in customer_answer.answer_html("What if", after, POLICY, before)
    assert "<td>Age</td><td>30</td><td>40</td>" in customer_answer.changes_html(INPUTS, before, after)
    assert "Nothing was changed yet" in customer_answer.changes_html(INPUTS, before, before)


def test_reasons_lead_from_what_is_said_of_nobody_to_this_risk() -> None:
    found = answered(0.8, {}, reasons=[{"field": "age", "value": 30.0, "effect": 0.2}])
    figure = customer_answer.reasons_figure(found)
    assert figure is not None
    assert list(figure.data[0].y) == ["nothing known", "Age =\u00a030", "this shopper"]


def test_a_model_without_reasons_says_so() -> None:
    assert customer_answer.reasons_figure(answered(0.8, {})) is None
    assert "This model gives no reasons" in customer_answer.reasons_note(answered(0.8, {}))


def test_blanks_are_counted_and_other_warnings_told() -> None:
    warnings = [
        {"field": "age", "issue": "imputed", "detail": "not given; scored as 40"},
        {"field": "income", "issue": "missing", "detail": "not given; scored as missing"},
        {"field": "spend", "issue": "clipped", "detail": "above 500"},
    ]
    shown = customer_answer.warnings_html({"warnings": warnings})
    assert "2 inputs were left blank" in shown
    assert "Spend: unusual (above 500)" in shown
