"""The page's fields are those of any shop's OpenAPI document."""

from typing import Any

import pytest

from console.inputs import OTHER_GROUP, Field, Inputs, UnknownDescription, read_inputs
from lambda_fn.api.parsing.records import RecordReader
from lambda_fn.contract import API_BASE_PATH
from lambda_fn.scoring.columns import Layout
from tests import factories


def document(id_name: str = "user_id") -> dict[str, Any]:
    """Return an OpenAPI document as the API writes it, for a shop whose id has a name of its own."""
    recipe = factories.recipe()
    schemas = RecordReader(recipe, Layout(recipe)).schemas("#/components/schemas/{model}")
    request = schemas["PredictRequest"]
    request["required"] = [id_name]
    request["properties"][id_name] = request["properties"].pop("user_id")
    request["properties"]["weekend_shopper"]["x-group"] = "habits"
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/PredictRequest"}}}}
    return {"paths": {f"{API_BASE_PATH}/predict": {"post": {"requestBody": body}}}, "components": {"schemas": schemas}}


def field(name: str) -> Field:
    return next(one for one in read_inputs(document()).fields if one.name == name)


def test_inputs_have_kind_unit_bounds_categories_and_group() -> None:
    inputs = read_inputs(document("customer_no"))
    assert inputs.id_name == "customer_no"
    assert [one.name for one in inputs.fields] == [one.name for one in factories.recipe().inputs]
    score, flag = field("impulse_buying_score"), field("weekend_shopper")
    assert (score.kind, score.unit, score.minimum, score.maximum, score.whole) == ("number", "points", 0, 10, True)
    assert (score.label, score.hint) == ("Impulse buying score (points)", "0 to 10, whole numbers")
    assert (flag.kind, flag.group, score.group) == ("flag", "habits", OTHER_GROUP)
    assert field("shopping_time_of_day").known == ("Afternoon", "Evening", "Morning", "Night")
    assert field("last_purchase_date").kind == "date"


def test_a_record_leaves_blanks_out_and_keeps_what_is_wrong_for_the_api_to_name() -> None:
    values = {
        "impulse_buying_score": "seven",
        "average_order_value": "1,250.50",
        "ad_views_per_day": " ",
        "stress_from_financial_decisions": "3",
        "weekend_shopper": "yes",
        "shopping_time_of_day": None,
        "last_purchase_date": "2026-06-01",
    }
    assert read_inputs(document()).record(" 17 ", values) == {
        "user_id": "17",
        "impulse_buying_score": "seven",
        "stress_from_financial_decisions": 3,
        "average_order_value": 1250.5,
        "weekend_shopper": 1,
        "last_purchase_date": "2026-06-01",
    }


def test_a_decimal_comma_is_not_taken_for_thousands() -> None:
    assert field("average_order_value").to_json("12,5") == "12,5"


@pytest.mark.parametrize(
    ("cell", "value"), [("1", "yes"), ("true", "yes"), ("FALSE", "no"), ("", None), ("maybe", None)]
)
def test_a_cell_of_a_file_fills_a_flag(cell: str, value: str | None) -> None:
    assert field("weekend_shopper").from_cell(cell) == value


def test_the_group_of_the_most_important_input_comes_first() -> None:
    inputs = Inputs("id", (Field("a", "number", group="one"), Field("b", "number", group="two")))
    assert list(inputs.groups({"b": 0.4, "a": 0.1})) == ["two", "one"]
    assert list(inputs.groups()) == ["one", "two"]


@pytest.mark.parametrize("openapi", [{}, {"paths": {}}, {"paths": {f"{API_BASE_PATH}/predict": {"post": {}}}}])
def test_a_description_without_inputs_is_refused(openapi: dict[str, Any]) -> None:
    with pytest.raises(UnknownDescription, match=r"No model answers yet\. Train one"):
        read_inputs(openapi)
