"""An answer names the fields that the model does not know, and, on request, the inputs that moved the risk."""

import datetime as dt
import json
import math
from typing import Any

import pytest

from lambda_fn.api.notices import LONGEST_NAME, MOST_UNKNOWN_FIELDS, reasons_asked
from lambda_fn.api.served_model import ServedModel
from lambda_fn.api.serving import Serving
from lambda_fn.registry import Artefact
from lambda_fn.scoring.errors import InvalidRecords
from tests import factories

AT = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


def serving(**changes: Any) -> Serving:
    return Serving(ServedModel(Artefact(*factories.artefact(**changes))))


def ask(record: dict[str, Any], reasons: int = 0, **changes: Any) -> dict[str, Any]:
    answered = serving(**changes).score_one(json.dumps(record).encode(), AT, reasons)
    return answered.predictions[0]


def test_a_misspelt_field_is_named_with_the_one_that_was_meant() -> None:
    answer = ask(factories.record(averageOrderValue=99, colour="red"))
    assert answer["warnings"] == [
        {
            "field": "averageOrderValue",
            "issue": "unknown_field",
            "detail": "not an input of this model, so it was ignored; did you mean average_order_value?",
        },
        {"field": "colour", "issue": "unknown_field", "detail": "not an input of this model, so it was ignored"},
    ]


def test_unknown_fields_do_not_fill_the_answer() -> None:
    many = {f"field_{number}" + "x" * 200: "a value that nobody repeats" for number in range(50)}
    warnings = ask(factories.record(**many))["warnings"]
    assert len(warnings) == MOST_UNKNOWN_FIELDS
    assert {len(warning["field"]) for warning in warnings} == {LONGEST_NAME}
    assert "nobody repeats" not in json.dumps(warnings)


def test_records_of_a_batch_have_their_own_warnings() -> None:
    body = json.dumps({"records": [factories.record(), factories.record(colour="red")]}).encode()
    first, second = serving().score_many(body, AT).predictions
    assert first["warnings"] == []
    assert [warning["field"] for warning in second["warnings"]] == ["colour"]


def test_reasons_name_what_moved_the_risk_most() -> None:
    # Given a model that takes missing as a value, with logit = 8 impulse + 4 stress - 6, of which a missing one is 0.5
    both, impulse, stress, nobody = (1 / (1 + math.exp(-logit)) for logit in (3.2, 2.4, 0.8, 0.0))
    # When a shopper with an impulse of 0.8 and a stress of 0.7 is explained
    reasons = ask(factories.record(), 3, missing="value")["reasons"]
    # Then each effect is the mean of knowing the input first and second, and inputs that move nothing are not named
    assert reasons == [
        {
            "field": "impulse_buying_score",
            "value": 8,
            "effect": pytest.approx((impulse - nobody + both - stress) / 2, abs=1e-6),
        },
        {
            "field": "stress_from_financial_decisions",
            "value": 7,
            "effect": pytest.approx((stress - nobody + both - impulse) / 2, abs=1e-6),
        },
    ]
    assert ask(factories.record(), 1, missing="value")["reasons"] == reasons[:1]


def test_reasons_are_only_given_where_they_are_asked_for() -> None:
    assert "reasons" not in ask(factories.record(), missing="value")


def test_a_model_that_imputes_has_no_reasons_to_give() -> None:
    assert ask(factories.record(), 3)["reasons"] is None


@pytest.mark.parametrize(("given", "asked"), [([], 0), (["0"], 0), (["5"], 5), (["20"], 20)])
def test_a_request_says_how_many_reasons_it_wants(given: list[str], asked: int) -> None:
    assert reasons_asked([("reasons", value) for value in given]) == asked


@pytest.mark.parametrize("given", [["21"], ["-1"], [""], ["five"], ["1.5"], ["٣"], ["1", "2"], ["999999999"]])
def test_a_wrong_number_of_reasons_is_refused(given: list[str]) -> None:
    with pytest.raises(InvalidRecords, match=r"\?reasons: expected one whole number from 0 to 20"):
        reasons_asked([("reasons", value) for value in given])


def test_another_query_parameter_is_named() -> None:
    with pytest.raises(InvalidRecords, match=r"\?reason: not a query parameter of this route; reasons is"):
        reasons_asked([("reason", "5"), ("reasons", "5")])
