"""A response body says what the scorer said, rounded, with the warnings of its record."""

import datetime as dt

import numpy as np

from lambda_fn.api import answers
from lambda_fn.api.decided import decide
from lambda_fn.api.served_model import ServedModel
from lambda_fn.registry import Artefact
from lambda_fn.scoring.offers.assignment import Assigner, Assignment
from tests import factories

AT = dt.datetime(2026, 7, 1, 12, 30, 0, 123_456, tzinfo=dt.UTC)
ASSIGNER = Assigner(Assignment(), b"k" * 32)
MODEL = ServedModel(Artefact(*factories.artefact()))


def test_a_prediction_is_whole_and_valid() -> None:
    # Given a shopper of whom the order value is unknown
    record = {**factories.record(average_order_value=None), "last_purchase_date": dt.date(2026, 6, 20)}
    scores = MODEL.scorer.score(MODEL.reader.columns([record]), factories.AS_OF)
    # When the scores become a response
    [found] = answers.predictions(["u-1"], decide(MODEL, ["u-1"], scores, AT, ASSIGNER))
    # Then it is what the scores say
    assert found == {
        "user_id": "u-1",
        "abandonment_risk": round(float(scores.risk[0]), 6),
        "risk_level": "HIGH",
        "recommended_intervention": MODEL.scorer.choices[scores.choice[0]],
        "estimated_margin_impact": round(float(scores.margin[0]), 2),
        "confidence": round(float(scores.confidence[0]), 6),
        "model_version": factories.VERSION,
        "prediction_timestamp": "2026-07-01T12:30:00.123+00:00",
        "decision_id": ASSIGNER.decision_id(b"u-1", factories.VERSION, AT.isoformat()),
        "policy_group": "exploit",
        "warnings": [
            {
                "field": "average_order_value",
                "issue": "imputed",
                "detail": "missing; scored as the training default 255",
            }
        ],
    }
    answers.Prediction.model_validate(found)


def test_a_description_is_valid_and_names_inputs_and_features() -> None:
    found = answers.describe(MODEL.scorer, 0.25)
    answers.ModelDescription.model_validate(found)
    assert found["share"] == 0.25
    assert found["inputs"] == [field.name for field in MODEL.manifest.recipe.inputs]
    assert found["features"] == list(MODEL.scorer.plan.feature_names)
    assert len(found["features"]) == len(np.unique(found["features"]))
