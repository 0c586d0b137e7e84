"""What the docs say of the shop file is what the code reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.data import tables
from training.shops.schema import shop_schema
from training.shops.shop import Shop
from training.shops.validated_yaml import validate_yaml
from training.shops.yaml_lines import parse_yaml

DOCS = Path(__file__).parents[3] / "docs" / "shop-file.md"
TEXT = DOCS.read_text(encoding="utf-8")
NOT_WRITTEN = {"value", "source"}  # explained once for all numbers


def example() -> Shop:
    [text] = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    return validate_yaml(parse_yaml(text, str(DOCS)), Shop)


def keys_of(schema: dict[str, Any]) -> set[str]:
    return {name for part in (schema, *schema["$defs"].values()) for name in part.get("properties", {})}


def test_the_example_is_a_shop_file_of_the_table_that_it_shows() -> None:
    shop = example()
    header = tables.german_shop(1).decode(shop.table.encoding).splitlines()[0]

    assert header in TEXT
    assert set(shop.columns_needed()) == set(header.split(shop.table.delimiter))
    assert [offer.name for offer in shop.offers.interventions] == ["reminder", "five_euros"]


def test_every_key_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)`", TEXT))

    assert keys_of(shop_schema()) - explained - NOT_WRITTEN == set()
