from __future__ import annotations

from pathlib import Path
from typing import Any

from cdk.local.shoppers import as_csv, as_request, first_rows, request_schema

OPENAPI: dict[str, Any] = {
    "paths": {
        "/predict": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Shopper"}}}}
            }
        }
    },
    "components": {
        "schemas": {
            "Shopper": {
                "properties": {
                    "user_id": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                    "age": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                    "monthly_spend": {"type": ["number", "null"]},
                    "weekend_shopper": {"enum": [0, 1, True, False]},
                }
            }
        }
    },
}


def test_a_row_becomes_a_request_typed_as_the_schema_says_without_other_columns() -> None:
    row = {"user_id": "17", "age": "40", "monthly_spend": "12.5", "weekend_shopper": "1", "cart_abandonment_rate": "50"}

    request = as_request(row, request_schema(OPENAPI, "/predict"))

    assert request == {"user_id": "17", "age": 40, "monthly_spend": 12.5, "weekend_shopper": 1}


def test_the_first_rows_of_a_country_are_kept_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "shoppers.csv"
    file.write_bytes(b"user_id,country\n1,USA\n2,Japan\n3,USA\n4,USA\n")

    rows = first_rows(file, 2, "USA")

    assert rows == [{"user_id": "1", "country": "USA"}, {"user_id": "3", "country": "USA"}]
    assert as_csv(rows) == b"user_id,country\n1,USA\n3,USA\n"
