"""The JSON Schema is what an editor needs: it takes the shop files that we take, and nothing learnt is in it."""

import json

import yaml

from training.shops.public_shopper import SHOPPER_FILE
from training.shops.schema import shop_schema
from training.shops.shop import LEARNT


def test_the_schema_is_json_that_names_every_part_of_a_shop() -> None:
    schema = shop_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(yaml.safe_load(SHOPPER_FILE.read_text(encoding="utf-8"))) <= set(schema["properties"])
    assert schema["additionalProperties"] is False


def test_what_is_learnt_from_data_is_no_part_of_an_input() -> None:
    inputs = {name: each for name, each in shop_schema()["$defs"].items() if name.endswith("Input")}
    assert set(inputs) == {"NumberInput", "FlagInput", "CategoryInput", "DateInput"}
    for definition in inputs.values():
        assert not set(LEARNT) & set(definition["properties"])
        assert "name" in definition["properties"]
