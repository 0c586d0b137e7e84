"""One customer: the page says what the API says."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from cdk.local import shoppers
from cdk.ops.client import ShopClient
from console import words
from tests.browser.visit import Visit


def answer(client: ShopClient, record: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.predict(record, key=client.api_key).raise_for_status().json()
    return found


def test_a_picked_customer_is_scored_as_the_api_scores_it_and_a_change_is_compared(
    visit: Visit, client: ShopClient, rows: list[dict[str, str]], scored: dict[str, Any]
) -> None:
    # Given a customer of the last scored file
    assert scored["scored"] > 0
    row = rows[3]
    record = shoppers.as_request(shoppers.as_csv([row]), shoppers.champion(client))
    expected = answer(client, record)
    visit.page.locator("#pick input").click()
    visit.page.get_by_role("option", name=row["user_id"], exact=True).click()
    expect(visit.page.locator("#shopper textarea")).to_have_value(row["user_id"])

    # When the customer is scored
    visit.page.locator("#score").click()
    visit.page.locator("#answer .facts").wait_for()

    # Then the page shows the API's numbers
    shown = visit.text("answer")
    assert words.percent(expected["abandonment_risk"], 1) in shown
    assert words.offer(expected["recommended_intervention"]) in shown
    assert words.money(expected["estimated_margin_impact"], "USD") in shown
    assert words.LEVELS[expected["risk_level"]] in shown

    # And a changed input is compared with that answer
    changed = answer(client, {**record, "impulse_buying_score": 0, "stress_from_financial_decisions": 0})
    visit.page.locator("#input-impulse_buying_score input").fill("0")
    visit.page.locator("#input-stress_from_financial_decisions input").fill("0")
    visit.page.locator("#what-if").click()
    visit.page.locator("#what-if-answer .facts").wait_for()
    difference = changed["abandonment_risk"] - expected["abandonment_risk"]
    assert words.percent(changed["abandonment_risk"], 1) in visit.text("what-if-answer")
    assert words.points(difference) in visit.text("what-if-answer")
    assert words.percent(expected["abandonment_risk"], 1) in visit.text("answer")


def test_a_value_out_of_bounds_is_named_as_the_api_names_it(visit: Visit) -> None:
    visit.page.locator("#input-impulse_buying_score input").fill("11")
    visit.page.locator("#score").click()
    visit.page.locator("#answer .problem").wait_for()
    assert "impulse_buying_score: expected a number from 0 to 10" in visit.text("answer")
