"""Request bodies are read by the champion's recipe; every fault names its field."""

import json
from typing import Any

import numpy as np
import pytest

from lambda_fn.api.parsing.records import RecordReader
from lambda_fn.scoring.columns import MISSING, UNKNOWN, Layout
from lambda_fn.scoring.errors import Fault, InvalidRecords
from tests import factories

RECIPE = factories.recipe()
READER = RecordReader(RECIPE, Layout(RECIPE))


def faults(body: str | bytes) -> list[Fault]:
    with pytest.raises(InvalidRecords) as caught:
        READER.read_one(body if isinstance(body, bytes) else body.encode())
    return list(caught.value.faults)


def fault_of(**changes: Any) -> list[Fault]:
    return faults(json.dumps(factories.record(**changes)))


def test_a_record_becomes_one_row_of_columns() -> None:
    record = READER.read_one(json.dumps(factories.record(weekend_shopper=True)).encode())
    columns = READER.columns([record])
    assert columns.numbers.tolist() == [[8, 7, 180, 20, 2, 1, 20_624]]
    assert columns.codes.tolist() == [[1]]


def test_absent_and_null_are_missing_and_other_fields_are_ignored() -> None:
    record = READER.read_one(b'{"user_id": 7, "average_order_value": null, "favourite_colour": {"any": "thing"}}')
    columns = READER.columns([record])
    assert record["user_id"] == 7
    assert np.isnan(columns.numbers).all()
    assert columns.codes.tolist() == [[MISSING]]


def test_an_unknown_category_is_kept_as_unknown() -> None:
    record = READER.read_one(json.dumps(factories.record(shopping_time_of_day="Dawn")).encode())
    assert READER.columns([record]).codes.tolist() == [[UNKNOWN]]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("impulse_buying_score", "5", "expected a whole number from 0 to 10 (points)"),
        ("impulse_buying_score", 5.5, "expected a whole number from 0 to 10 (points)"),
        ("impulse_buying_score", 1e-42, "expected a whole number from 0 to 10 (points)"),
        ("impulse_buying_score", 11, "expected a whole number from 0 to 10 (points)"),
        ("impulse_buying_score", True, "expected a whole number from 0 to 10 (points)"),
        ("average_order_value", float("nan"), "expected a number from 0 to 100,000 (currency)"),
        ("average_order_value", float("inf"), "expected a number from 0 to 100,000 (currency)"),
        ("average_order_value", float("-inf"), "expected a number from 0 to 100,000 (currency)"),
        ("average_order_value", 10**400, "expected a number from 0 to 100,000 (currency)"),
        ("average_order_value", [1], "expected a number from 0 to 100,000 (currency)"),
        ("weekend_shopper", 2, "expected 0, 1, true or false"),
        ("weekend_shopper", 0.5, "expected 0, 1, true or false"),
        ("weekend_shopper", "yes", "expected 0, 1, true or false"),
        ("shopping_time_of_day", 3, "expected a text"),
        ("last_purchase_date", "2026-02-30", "expected a date (YYYY-MM-DD) from 2000-01-01 to 2100-01-01"),
        ("last_purchase_date", "1999-12-31", "expected a date (YYYY-MM-DD) from 2000-01-01 to 2100-01-01"),
        ("last_purchase_date", "2026-06-20T00:00:00Z", "expected a date (YYYY-MM-DD) from 2000-01-01 to 2100-01-01"),
        ("last_purchase_date", 20_000, "expected a date (YYYY-MM-DD) from 2000-01-01 to 2100-01-01"),
        ("user_id", None, "expected a text of 1 to 128 characters or an integer"),
        ("user_id", "", "expected a text of 1 to 128 characters or an integer"),
        ("user_id", "x" * 129, "expected a text of 1 to 128 characters or an integer"),
        ("user_id", -(2**53) - 1, "expected a text of 1 to 128 characters or an integer"),
        ("user_id", 1.5, "expected a text of 1 to 128 characters or an integer"),
        ("user_id", 2**53, "expected a text of 1 to 128 characters or an integer"),
    ],
)
def test_a_bad_value_is_a_fault_that_names_the_field(field: str, value: Any, message: str) -> None:
    assert fault_of(**{field: value}) == [(f"/{field}", message)]


def test_a_number_too_large_for_a_double_names_its_field() -> None:
    body = '{"user_id": "a", "average_order_value": 1e400}'
    assert faults(body) == [("/average_order_value", "expected a number from 0 to 100,000 (currency)")]


def test_a_missing_user_id_is_required() -> None:
    assert faults("{}") == [("/user_id", "is required")]


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"text"', b"\xff\xfe", '{"user_id": "\\ud800"}', "[" * 100_000]
)
def test_a_body_that_is_no_json_object_is_one_fault(body: str | bytes) -> None:
    [(pointer, message)] = faults(body)
    assert pointer == ""
    assert message.startswith(("Invalid JSON", "Input should be an object"))


def test_every_fault_of_a_batch_is_named_with_its_record() -> None:
    body = json.dumps({"records": [factories.record(), factories.record(ad_views_per_day=-1), {}]}).encode()
    with pytest.raises(InvalidRecords) as caught:
        READER.read_many(body)
    assert caught.value.faults == (
        ("/records/1/ad_views_per_day", "expected a number from 0 to 1,000 (count)"),
        ("/records/2/user_id", "is required"),
    )


@pytest.mark.parametrize(("count", "limit"), [(0, "at least 1"), (1_001, "at most 1000")])
def test_a_batch_has_one_to_a_thousand_records(count: int, limit: str) -> None:
    body = json.dumps({"records": [{"user_id": 1}] * count}).encode()
    with pytest.raises(InvalidRecords, match=f"/records: .*{limit}"):
        READER.read_many(body)


def test_the_schema_states_bounds_units_and_examples_of_the_recipe() -> None:
    schema = READER.schemas("#/components/schemas/{model}")["PredictRequest"]
    assert schema["required"] == ["user_id"]
    assert schema["properties"]["average_order_value"] == {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 100_000, "unit": "currency", "examples": [255]},
            {"type": "null"},
        ],
        "description": "average order value",
        "title": "Average Order Value",
    }


def test_the_schema_names_the_group_of_an_input_and_the_categories_that_are_known() -> None:
    recipe = factories.recipe()
    steps = [
        step.model_copy(update={"group": "habits"}) if step.name == "time_of_day" else step for step in recipe.steps
    ]
    grouped = recipe.model_copy(update={"steps": tuple(steps)})
    properties = RecordReader(grouped, Layout(grouped)).schemas("#/{model}")["PredictRequest"]["properties"]
    assert properties["shopping_time_of_day"]["x-group"] == "habits"
    assert properties["shopping_time_of_day"]["anyOf"][0]["x-known"] == ["Afternoon", "Evening", "Morning", "Night"]
    assert "x-group" not in properties["average_order_value"]
