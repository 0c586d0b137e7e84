"""Records of a log and a model -> what learning needs of them."""

from dataclasses import replace

import pytest

from lambda_fn.registry import Artefact
from lambda_fn.scoring.offers.decision_log import DecisionRecord
from tests import factories
from training.errors import DataRefused
from training.learning.joined import signals_of, with_signals

RECORD = DecisionRecord(
    decision_id="d1",
    shopper="s1",
    time="2026-03-01T08:00:00Z",
    offer="none",
    allowed=("none",),
    propensities=(1.0,),
    p=0.5,
    order_value=80.0,
    sensitivity=0.5,
)


@pytest.fixture(scope="module")
def model() -> Artefact:
    return Artefact(*factories.artefact())


def test_a_label_of_another_model_is_missing_and_one_of_this_model_is_a_fault(model: Artefact) -> None:
    # Given the records of this model, of one whose policy has no tiers, and of a model that is not named
    policy, recipe = model.manifest.policy, model.manifest.recipe
    tier, segment = policy.tiers(recipe)[0], policy.segments(recipe)[0]
    own = replace(RECORD, tier=tier, segment=segment, model=model.manifest.model_version)
    other = replace(own, tier="", segment="", model="v20250101T000000-00000001")
    unnamed = replace(own, tier="", model=None)

    # Then the other model's has not all the signals
    assert with_signals([own, other, unnamed, replace(own, tier=None)], model).tolist() == [True, False, True, False]
    # And a wrong label that this model is said to have given is named
    assert len(signals_of([own], policy, recipe).risk) == 1
    with pytest.raises(DataRefused, match="tier  of the log is unknown"):
        signals_of([unnamed], policy, recipe)
