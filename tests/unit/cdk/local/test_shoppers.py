from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdk.local.shoppers import as_csv, as_request, first_rows
from lambda_fn.api.parsing.records import RecordReader
from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.columns import Layout
from tests import csv_files
from tests.unit.cdk.local.shop_tables import DIALECTS, GERMAN, ID, model_of, table_of

FIELDS = csv_files.HEADER[1:-1]  # without the id and the note


def table_with(dialect: Dialect, *rows: str) -> bytes:
    return (dialect.delimiter.join((ID, *FIELDS)) + "".join(f"\n{row}" for row in rows)).encode(dialect.encoding)


@pytest.mark.parametrize(
    ("dialect", "row"),
    [
        (DEFAULT_DIALECT, "K-1,7,5,180.5,20,,1,Evening,2026-06-20"),
        (GERMAN, "K-1;7;5;180,5;20;k.A.;ja;Evening;20.06.2026"),
    ],
)
def test_a_row_in_any_dialect_becomes_the_same_request_under_the_shops_own_id(dialect: Dialect, row: str) -> None:
    assert as_request(table_with(dialect, row), model_of(dialect)) == {
        "Kunden-Nr.": "K-1",
        "impulse_buying_score": 7,
        "stress_from_financial_decisions": 5,
        "average_order_value": 180.5,
        "ad_views_per_day": 20.0,
        "weekend_shopper": 1,
        "shopping_time_of_day": "Evening",
        "last_purchase_date": "2026-06-20",
    }


def test_the_first_row_that_can_be_scored_is_asked_about_without_an_id_where_the_shop_has_none() -> None:
    table = table_with(DEFAULT_DIALECT, "K-1,seven,,,,,,,", "K-2,,,12,,,,,")

    assert as_request(table, model_of(DEFAULT_DIALECT, id_column=None)) == {"average_order_value": 12.0}
    with pytest.raises(ValueError, match="can score none of the table's first rows"):
        as_request(table_with(DEFAULT_DIALECT, "K-1,seven,,,,,,,"), model_of(DEFAULT_DIALECT))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: f"{dialect.delimiter}{dialect.encoding}")
def test_the_api_takes_the_request(dialect: Dialect) -> None:
    manifest = model_of(dialect)
    reader = RecordReader(manifest.recipe, Layout(manifest.recipe), manifest.id_column)

    request = as_request(table_of(dialect, 3), manifest)

    assert reader.read_one(json.dumps(request).encode())[ID] == request[ID]


def test_the_first_rows_of_a_country_are_kept_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "shoppers.csv"
    file.write_bytes(b"user_id,country\n1,USA\n2,Japan\n3,USA\n4,USA\n")

    rows = first_rows(file, 2, "USA")

    assert rows == [{"user_id": "1", "country": "USA"}, {"user_id": "3", "country": "USA"}]
    assert as_csv(rows) == b"user_id,country\n1,USA\n3,USA\n"
