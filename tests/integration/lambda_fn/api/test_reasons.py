"""Reasons as served, by a model that takes missing as a value of its own."""

import pytest
from starlette.testclient import TestClient

from lambda_fn.api import answers
from lambda_fn.registry import Artefact, Registry
from tests import factories
from tests.integration.lambda_fn.api.support import BASE, client_of, settled

NOBODY = {"user_id": "nobody"}
SHOPPERS = [
    factories.record(),
    factories.record(
        user_id="half", stress_from_financial_decisions=None, last_purchase_date=None, ad_views_per_day=None
    ),
    {"user_id": "hardly", "impulse_buying_score": 1},
    NOBODY,
]


@pytest.fixture
def explaining(registry: Registry) -> TestClient:
    """A client of a service whose champion can give reasons."""
    registry.publish(Artefact(*factories.artefact(missing="value")))
    registry.promote(factories.VERSION)
    return client_of(registry)


def test_the_effects_of_all_inputs_add_up_to_the_risk_minus_that_of_nobody(explaining: TestClient) -> None:
    # Given shoppers of whom all, half, hardly anything and nothing is known
    nobody = explaining.post(f"{BASE}/predict", json=NOBODY).json()["abandonment_risk"]
    for shopper in SHOPPERS:
        # When as many reasons are asked for as there are
        answer = explaining.post(f"{BASE}/predict?reasons=20", json=shopper).json()
        answers.Prediction.model_validate(answer)
        # Then they add up, each names a known input with its value, and the largest comes first
        reasons = answer["reasons"]
        assert sum(reason["effect"] for reason in reasons) == pytest.approx(
            answer["abandonment_risk"] - nobody, abs=2e-6
        )
        assert all(shopper[reason["field"]] == reason["value"] for reason in reasons)
        sizes = [abs(reason["effect"]) for reason in reasons]
        assert sizes == sorted(sizes, reverse=True)
        assert bool(reasons) == (shopper is not NOBODY)


def test_a_batch_gives_each_shopper_the_reasons_that_it_gets_alone(explaining: TestClient) -> None:
    together = explaining.post(f"{BASE}/predict/batch?reasons=2", json={"records": SHOPPERS}).json()["predictions"]
    alone = [explaining.post(f"{BASE}/predict?reasons=2", json=shopper).json() for shopper in SHOPPERS]
    assert [settled(one) for one in together] == [settled(one) for one in alone]
    assert [len(one["reasons"]) for one in together] == [2, 1, 1, 0]


def test_reasons_change_nothing_else_of_an_answer(explaining: TestClient) -> None:
    with_reasons = explaining.post(f"{BASE}/predict?reasons=3", json=SHOPPERS[0]).json()
    assert with_reasons.pop("reasons")
    assert settled(with_reasons) == settled(explaining.post(f"{BASE}/predict", json=SHOPPERS[0]).json())
