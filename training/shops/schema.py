"""The JSON Schema of a shop file: what an editor completes and checks with."""

from __future__ import annotations

from typing import Any

from training.shops.shop import LEARNT, Shop


def shop_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12). What is learnt from data is no part of it."""
    schema = Shop.model_json_schema()
    for definition in schema["$defs"].values():
        for name in LEARNT:
            if definition.get("title", "").endswith("Input"):
                definition.get("properties", {}).pop(name, None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Shop file", **schema}
