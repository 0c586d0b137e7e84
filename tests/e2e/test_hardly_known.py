"""Shoppers of whom hardly anything is known get the base rate, a confidence that says so, and no discount."""

from __future__ import annotations

import csv
import json
import re
from typing import Any

import pytest

from cdk.local.paths import ROOT
from cdk.local.stack import DeployedStack
from cdk.ops.client import ShopClient

LABEL, ABANDONED_FROM = "cart_abandonment_rate", 30.0
TOLERANCE = 0.02
COSTS_ONLY_ITS_MESSAGE = {"none", "reminder"}
# Two inputs, and two scores that callers of an earlier service computed themselves.
TWO_INPUTS_AND_TWO_SCORES = {
    "user_id": 1042,
    "age": 34,
    "income_level": 72_000,
    "weekly_engagement_index": 0.6,
    "discount_sensitivity": 0.4,
}
ISSUES = ("missing", "unknown_field")
UNKNOWN = {"weekly_engagement_index", "discount_sensitivity"}


def readme_request() -> dict[str, Any]:
    """Return the request of README's example."""
    [body] = re.findall(r"-d '(\{[^']*\})'", (ROOT / "README.md").read_text(encoding="utf-8"))
    found: dict[str, Any] = json.loads(body)
    return found


@pytest.fixture(scope="module")
def base_rate(stack: DeployedStack) -> float:
    """The share of shoppers who abandon, of those that the model has not seen."""
    with stack.shoppers.open(encoding="utf-8", newline="") as table:
        rates = [float(row[LABEL]) for row in csv.DictReader(table) if row[LABEL]]
    return sum(rate >= ABANDONED_FROM for rate in rates) / len(rates)


@pytest.mark.parametrize(
    ("request_body", "unknown"),
    [(readme_request(), set()), (TWO_INPUTS_AND_TWO_SCORES, UNKNOWN)],
    ids=["readme", "two"],
)
def test_a_hardly_known_shopper_gets_the_base_rate_and_a_confidence_that_says_so(
    client: ShopClient, base_rate: float, request_body: dict[str, Any], unknown: set[str]
) -> None:
    # Given the share of all shoppers who abandon
    assert 0.5 < base_rate < 0.7
    # When one of whom hardly anything is known is asked about, and why
    response = client.predict(request_body, key=client.api_key, reasons=5)
    assert response.status_code == 200, response.text
    answer = response.json()
    # Then the risk is near that share, and so is the confidence, however sure the model is of others
    assert abs(answer["abandonment_risk"] - base_rate) < TOLERANCE
    assert abs(answer["confidence"] - base_rate) < TOLERANCE
    assert answer["recommended_intervention"] in COSTS_ONLY_ITS_MESSAGE
    # And what is missing is named, as is what the model does not know
    named = {issue: [w["field"] for w in answer["warnings"] if w["issue"] == issue] for issue in ISSUES}
    inputs = set(client.get("/model/info", key=client.api_key).json()["champion"]["inputs"])
    assert set(named["missing"]) == inputs - set(request_body)
    assert set(named["unknown_field"]) == unknown
    # And what little is known moves the risk a little
    assert {reason["field"] for reason in answer["reasons"]} <= inputs & set(request_body)
    assert all(abs(reason["effect"]) < TOLERANCE for reason in answer["reasons"])


def test_a_dropped_file_says_why_and_hardly_known_rows_get_the_base_rate(client: ShopClient, base_rate: float) -> None:
    # Given a file of a few columns: one shopper with a strong signal, one with a weak one, one with none
    content = b"user_id,impulse_buying_score,age\nstrong,10,34\nweak,,34\nnobody,,\n"
    # When it is dropped with what it lacks scored as missing, and asked why
    client.drop("few-columns.csv", content, **{"absent-columns": "missing", "reasons": 2})
    job = client.collect("few-columns.csv")
    # Then it is scored, and each row says what moved its risk
    strong, weak, nobody = job.scored
    assert (job.report["scored"], job.report["nothing_known"], job.report["reasons"]) == (3, 1, 2)
    first = json.loads(strong["reasons"])[0]
    assert (first["field"], first["value"]) == ("impulse_buying_score", 10)
    assert first["effect"] > 0.2
    for row in (weak, nobody):
        assert abs(float(row["abandonment_risk"]) - base_rate) < TOLERANCE
        assert row["recommended_intervention"] in COSTS_ONLY_ITS_MESSAGE
    assert json.loads(nobody["reasons"]) == []
