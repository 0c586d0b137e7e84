"""An offer's cool-down counts from the date of the shopper's last offer, in files as in the API."""

import csv
import io

import pytest

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.recipe import DateInput
from tests import csv_files, factories, offers
from tests.integration.lambda_fn.api.support import BASE, client_of
from tests.integration.lambda_fn.batch.conftest import Shop, read_csv

RESTING = "v20260702T120000-00000009"
LAST_OFFER = DateInput.model_validate(
    {"name": "last_offer_date", "kind": "date", "minimum": "2000-01-01", "maximum": "2100-01-01"}
)
ROWS = csv_files.rows(60)
DATES = ("", "2026-06-29", "2026-06-16", "2026-06-17")  # AS_OF is 2026-06-30: no offer, 1, 14 and 13 days ago


@pytest.fixture
def resting(shop: Shop) -> Shop:
    """Return a shop whose discounts rest for a fortnight after any offer."""
    interventions = [
        offers.offer("reminder", 0.0, 0.05, 0.05),
        offers.offer("discount_10", 0.10, 0.05, 0.15, 0.3) | {"cool_down_days": 14},
        offers.offer("discount_15", 0.15, 0.05, 0.20, 0.4) | {"cool_down_days": 14},
    ]
    recipe = factories.recipe().model_copy(update={"last_offer": LAST_OFFER})
    policy = factories.policy(interventions=interventions)
    shop.registry.publish(Artefact(*factories.artefact(RESTING, recipe=recipe, policy=policy)))
    shop.registry.promote(RESTING)
    return shop


def with_dates(rows: list[bytes]) -> bytes:
    lines = [line + b"," + DATES[place % len(DATES)].encode() for place, line in enumerate(rows)]
    return b"".join(line + b"\n" for line in (csv_files.HEADER_LINE.strip() + b",last_offer_date", *lines))


def chosen(shop: Shop) -> list[str]:
    return [row["recommended_intervention"] for row in read_csv(shop.results()[0])]


def test_discounts_rest_and_the_reminder_does_not(resting: Shop) -> None:
    resting.drop(csv_files.file_of(ROWS))
    resting.run()
    free = chosen(resting)
    assert sum(offer.startswith("discount") for offer in free) > 20

    resting.drop(with_dates(ROWS))
    resting.run()

    found = chosen(resting)
    for place, (before, after) in enumerate(zip(free, found, strict=True)):
        days = DATES[place % len(DATES)]
        if days in ("", "2026-06-16") or not before.startswith("discount"):
            assert after == before, days
        else:
            assert after in ("reminder", "none"), days


def test_the_api_decides_as_the_file(resting: Shop) -> None:
    resting.drop(with_dates(ROWS), metadata={})  # recency counts to today, as in the API
    resting.run()
    table = csv.DictReader(io.StringIO(with_dates(ROWS).decode()))
    records = [{name: typed(name, text) for name, text in row.items() if text and name != "note"} for row in table]
    answers = client_of(resting.registry).post(f"{BASE}/predict/batch", json={"records": records}).json()
    assert [one["recommended_intervention"] for one in answers["predictions"]] == chosen(resting)
    assert not any(note["field"] == "last_offer_date" for one in answers["predictions"] for note in one["warnings"])


def test_the_api_documents_and_checks_the_date(resting: Shop) -> None:
    client = client_of(resting.registry)
    schema = client.get(f"{BASE}/openapi.json").json()["components"]["schemas"]["PredictRequest"]
    assert schema["properties"]["last_offer_date"]["anyOf"][0]["format"] == "date"
    refused = client.post(f"{BASE}/predict", json=factories.record(last_offer_date="yesterday"))
    assert refused.json()["errors"] == [
        {
            "pointer": "/last_offer_date",
            "detail": "expected a date (YYYY-MM-DD) from 2000-01-01 to 2100-01-01",
        }
    ]


def test_a_row_with_another_date_is_rejected_with_the_reason(resting: Shop) -> None:
    resting.drop(csv_files.HEADER_LINE.strip() + b",last_offer_date\n" + ROWS[0] + b",yesterday\n")
    resting.run()
    (rejected,) = read_csv(resting.results()[1])
    assert rejected["reason"].startswith("last_offer_date: expected a date (YYYY-MM-DD)")


def typed(name: str, text: str) -> object:
    return text if name in ("user_id", "shopping_time_of_day") or name.endswith("date") else float(text)
