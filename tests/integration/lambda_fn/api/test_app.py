"""The HTTP application over a real registry: whole answers by both models."""

import datetime as dt
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client
from opentelemetry import trace
from starlette.testclient import TestClient

from lambda_fn.api import answers
from lambda_fn.registry import Artefact, Registry
from lambda_fn.scoring.offers.assignment import DECISION_ID_CHARACTERS
from tests import factories
from tests.integration.conftest import REGISTRY_BUCKET
from tests.integration.lambda_fn.api.support import BASE, client_of, problem

CHALLENGER = "v20260702T120000-00000002"


@pytest.mark.usefixtures("promoted")
def test_a_prediction_is_whole(client: TestClient) -> None:
    answer = client.post(f"{BASE}/predict", json=factories.record(shopping_time_of_day="Dawn"))
    assert answer.status_code == 200
    body = answer.json()
    timestamp = dt.datetime.fromisoformat(body.pop("prediction_timestamp"))
    assert abs(dt.datetime.now(dt.UTC) - timestamp) < dt.timedelta(minutes=1)
    assert body.pop("estimated_margin_impact") > 0
    assert len(body.pop("decision_id")) == DECISION_ID_CHARACTERS
    assert body == {
        "user_id": "u-1",
        "abandonment_risk": 0.960834,
        "risk_level": "HIGH",
        "recommended_intervention": "discount_15",
        "confidence": 0.960834,
        "model_version": factories.VERSION,
        "policy_group": "exploit",
        "warnings": [
            {
                "field": "shopping_time_of_day",
                "issue": "unknown_category",
                "detail": "not seen in training; scored as Evening",
            }
        ],
    }
    answers.Prediction.model_validate(answer.json())


@pytest.mark.usefixtures("promoted")
def test_a_batch_answers_in_order_and_like_single_calls(client: TestClient) -> None:
    records = [factories.record(user_id=n, impulse_buying_score=n % 11) for n in range(50)]
    many = client.post(f"{BASE}/predict/batch", json={"records": records}).json()["predictions"]
    for record, of_batch in zip(records, many, strict=True):
        alone = client.post(f"{BASE}/predict", json=record).json()
        for body in (alone, of_batch):
            answers.Prediction.model_validate(body)
            body.pop("prediction_timestamp")
            assert len(body.pop("decision_id")) == DECISION_ID_CHARACTERS
        assert alone == of_batch


def test_before_the_first_promotion_everything_says_what_to_do(client: TestClient) -> None:
    for answer in (client.get(f"{BASE}/health"), client.post(f"{BASE}/predict", json=factories.record())):
        assert problem(answer) == {
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "detail": "No model can answer: no model is promoted yet: train one, publish it, and promote it.",
        }
        assert answer.headers["retry-after"] == "30"
    assert client.get(f"{BASE}/openapi.json").status_code == 200


def test_health_tells_of_a_broken_promotion_while_the_last_good_model_answers(
    promoted: Registry, client: TestClient, s3: S3Client
) -> None:
    assert client.get(f"{BASE}/health").json() == {
        "status": "ok",
        "model_version": factories.VERSION,
        "problems": [],
    }
    promoted.publish(Artefact(*factories.artefact(CHALLENGER)))
    s3.put_object(Bucket=REGISTRY_BUCKET, Key=f"models/{CHALLENGER}/model.onnx", Body=b"tampered")
    promoted.promote(CHALLENGER)
    health = client.get(f"{BASE}/health")
    assert health.status_code == 200
    assert health.json()["status"] == "degraded"
    assert "checksum" in health.json()["problems"][0]
    assert client.post(f"{BASE}/predict", json=factories.record()).json()["model_version"] == factories.VERSION


def test_a_promotion_and_a_roll_back_are_served_without_a_deployment(promoted: Registry, client: TestClient) -> None:
    promoted.publish(Artefact(*factories.artefact(CHALLENGER, bias=-2.0)))
    before = client.post(f"{BASE}/predict", json=factories.record()).json()
    promoted.promote(CHALLENGER)
    after = client.post(f"{BASE}/predict", json=factories.record()).json()
    promoted.roll_back()
    again = client.post(f"{BASE}/predict", json=factories.record()).json()
    assert [answer["model_version"] for answer in (before, after, again)] == [
        factories.VERSION,
        CHALLENGER,
        factories.VERSION,
    ]
    assert after["abandonment_risk"] > before["abandonment_risk"] == again["abandonment_risk"]


def test_both_arms_answer_and_info_describes_them(promoted: Registry, client: TestClient) -> None:
    promoted.publish(Artefact(*factories.artefact(CHALLENGER, bias=-2.0)))
    promoted.challenge(CHALLENGER, 0.3)
    records = [factories.record(user_id=f"shopper-{n}") for n in range(40)]
    body = client.post(f"{BASE}/predict/batch", json={"records": records}).json()
    versions = {answer["user_id"]: answer["model_version"] for answer in body["predictions"]}
    assert list(versions) == [record["user_id"] for record in records]
    assert versions == {user: CHALLENGER if _challenged(promoted, user) else factories.VERSION for user in versions}
    assert set(versions.values()) == {CHALLENGER, factories.VERSION}
    for user, version in versions.items():
        assert client.post(f"{BASE}/predict", json=factories.record(user_id=user)).json()["model_version"] == version
    info = client.get(f"{BASE}/model/info").json()
    answers.ModelInfo.model_validate(info)
    assert (info["champion"]["model_version"], info["champion"]["share"]) == (factories.VERSION, 0.7)
    assert (info["challenger"]["model_version"], info["challenger"]["share"]) == (CHALLENGER, 0.3)


def _challenged(registry: Registry, user: str) -> bool:
    assigner = registry.routing()[0].assigner()
    assert assigner
    return bool(assigner.challenged([user.encode()], CHALLENGER)[0])


def test_groups_are_answered_and_the_shares_shown_without_the_key(promoted: Registry, client: TestClient) -> None:
    routing = promoted.assign(0.3, 0.5)
    records = [factories.record(user_id=f"shopper-{n}") for n in range(60)]
    body = client.post(f"{BASE}/predict/batch", json={"records": records}).json()
    assert {answer["policy_group"] for answer in body["predictions"]} == {"control", "explore", "exploit"}
    for answer in body["predictions"]:
        answers.Prediction.model_validate(answer)
        assert answer["policy_group"] != "control" or answer["recommended_intervention"] == "none"
    info = client.get(f"{BASE}/model/info")
    assert info.json()["assignment"] == {"version": 2, "control_share": 0.3, "explore_share": 0.5}
    assert str(routing.assignment_key) not in info.text
    assert routing.assignment.key_id not in info.text


def test_what_the_challenger_refuses_the_champion_answers(promoted: Registry, client: TestClient) -> None:
    # Given a challenger whose recipe takes orders of up to 300 only, and gets half of the shoppers
    recipe = factories.recipe()
    inputs = [
        field.model_copy(update={"maximum": 300.0}) if field.name == "average_order_value" else field
        for field in recipe.inputs
    ]
    promoted.publish(
        Artefact(*factories.artefact(CHALLENGER, recipe=recipe.model_copy(update={"inputs": tuple(inputs)})))
    )
    promoted.challenge(CHALLENGER, 0.5)
    records = [
        factories.record(user_id=f"shopper-{n}", average_order_value=200 + 200 * (n % 2), last_purchase_date=None)
        for n in range(40)
    ]
    # When all of them ask, together and alone
    together = client.post(f"{BASE}/predict/batch", json={"records": records}).json()["predictions"]
    alone = [client.post(f"{BASE}/predict", json=record).json() for record in records]
    # Then everyone is answered: by the challenger only who is its shopper and within its bounds
    for record, of_batch, single in zip(records, together, alone, strict=True):
        challenged = _challenged(promoted, record["user_id"]) and record["average_order_value"] == 200
        expected = CHALLENGER if challenged else factories.VERSION
        assert (of_batch["user_id"], of_batch["model_version"]) == (record["user_id"], expected)
        assert single["model_version"] == expected
    assert {answer["model_version"] for answer in together} == {CHALLENGER, factories.VERSION}


@pytest.mark.usefixtures("promoted")
def test_metrics_stand_beside_their_baseline(client: TestClient) -> None:
    assert client.get(f"{BASE}/model/metrics").json() == {
        "model_version": factories.VERSION,
        "metrics": {"f1": 0.95, "constant_f1": 0.765},
    }


def test_cors_answers_only_the_origins_of_the_environment(promoted: Registry) -> None:
    client = client_of(promoted, cors_origins="https://shop.example")
    allowed = client.get(f"{BASE}/health", headers={"origin": "https://shop.example"})
    refused = client.get(f"{BASE}/health", headers={"origin": "https://other.example"})
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.usefixtures("promoted")
def test_no_tracer_of_the_process_sees_a_request(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Provider(trace.TracerProvider):
        def get_tracer(self, *_: Any, **__: Any) -> trace.Tracer:
            asked.append("tracer")
            return trace.NoOpTracer()

    monkeypatch.setattr(trace, "get_tracer_provider", Provider)
    assert client.post(f"{BASE}/predict", json=factories.record()).status_code == 200
    assert not asked
