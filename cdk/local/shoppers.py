"""Shoppers for the demo and the tests: a first few to ask about, a file to drop."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from cdk.local.model import COUNTRY
from cdk.ops.client import ShopClient
from lambda_fn.contract import API_BASE_PATH


def first_rows(data: Path, rows: int, country: str) -> list[dict[str, str]]:
    """Return the first ``rows`` shoppers of a country in a CSV, all cells as text."""
    with data.open(encoding="utf-8", newline="") as source:
        return list(islice((row for row in csv.DictReader(source) if row["country"] == country), rows))


def as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Write rows, which all have the columns of the first one, as a CSV."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def as_request(row: Mapping[str, str], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a CSV row into the JSON that an OpenAPI document's request schema asks for; other columns stay out."""
    return {name: _typed(row[name], part) for name, part in schema["properties"].items() if name in row}


def request_schema(openapi: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """Find the schema of a POST's JSON body in an OpenAPI document."""
    schema: Mapping[str, Any] = openapi["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    while reference := schema.get("$ref"):
        schema = openapi["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    return schema


def first_request(client: ShopClient, data: Path) -> dict[str, Any]:
    """Turn the first shopper of a CSV into a request, by the schema that the API itself publishes."""
    openapi = client.get("/openapi.json").raise_for_status().json()
    schema = request_schema(openapi, f"{API_BASE_PATH}/predict")
    return as_request(first_rows(data, 1, COUNTRY)[0], schema)


def _typed(cell: str, schema: Mapping[str, Any]) -> Any:
    for member in schema.get("enum", ()):
        if str(member) == cell:
            return member
    kinds = _types(schema)
    if "string" in kinds:
        return cell
    return int(cell) if "integer" in kinds else float(cell)


def _types(schema: Mapping[str, Any]) -> set[str]:
    """Return the JSON types that a schema allows: one, a list of them, or those of its alternatives."""
    named = schema.get("type", [])
    found = {named} if isinstance(named, str) else set(named)
    return found.union(*(_types(part) for part in schema.get("anyOf", ())))
