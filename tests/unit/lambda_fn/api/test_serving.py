"""Champion and challenger share the shoppers, and every record is answered."""

import datetime as dt
import json
from typing import Any

import pytest

from lambda_fn.api.served_model import ServedModel
from lambda_fn.api.serving import CHALLENGER, CHAMPION, Answered, Serving, share_of
from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.recipe import Recipe
from lambda_fn.scoring.errors import InvalidRecords
from lambda_fn.scoring.offers.assignment import Assigner, Assignment
from tests import factories

FIRST = "v20260701T120000-00000001"
SECOND = "v20260702T120000-00000002"
THIRD = "v20260703T120000-00000003"
AT = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


def model(version: str, recipe: Recipe | None = None) -> ServedModel:
    return ServedModel(Artefact(*factories.artefact(version, recipe=recipe)))


def with_orders_up_to(maximum: float) -> Recipe:
    """Return the recipe of the tests with another hard bound."""
    recipe = factories.recipe()
    inputs = [
        field.model_copy(update={"maximum": maximum}) if field.name == "average_order_value" else field
        for field in recipe.inputs
    ]
    return recipe.model_copy(update={"inputs": tuple(inputs)})


def ask(serving: Serving, records: list[dict[str, Any]]) -> Answered:
    return serving.score_many(json.dumps({"records": records}).encode(), AT)


@pytest.fixture(scope="module")
def champion() -> ServedModel:
    return model(FIRST)


def test_shoppers_keep_their_arm_and_split_by_share(champion: ServedModel) -> None:
    serving = Serving(champion, model(SECOND), 0.1)
    arms = [serving.role_for(user) for user in range(20_000)]
    assert arms == [serving.role_for(str(user)) for user in range(20_000)]  # 7 and "7" are one shopper
    assert arms.count(CHALLENGER) / len(arms) == pytest.approx(0.1, abs=0.01)


def test_with_a_key_shoppers_keep_their_arm_and_each_experiment_draws_its_own(champion: ServedModel) -> None:
    assigner = Assigner(Assignment(challenger_share=0.5), b"k" * 32)
    first, second = (Serving(champion, model(version), 0.5, assigner) for version in (SECOND, THIRD))
    arms = [(first.role_for(user), second.role_for(user)) for user in range(2_000)]
    assert arms == [(first.role_for(str(user)), second.role_for(str(user))) for user in range(2_000)]
    assert arms.count((CHALLENGER, CHALLENGER)) / len(arms) == pytest.approx(0.25, abs=0.03)


def test_the_control_group_gets_no_offer_whatever_the_model(champion: ServedModel) -> None:
    # Given a control group of half of the shoppers, and a challenger for half of them
    assigner = Assigner(Assignment(control_share=0.5, challenger_share=0.5), b"k" * 32)
    records = [factories.record(user_id=f"shopper-{n}") for n in range(200)]
    # When all ask, with the challenger and without
    with_challenger = ask(Serving(champion, model(SECOND), 0.5, assigner), records).predictions
    alone = ask(Serving(champion, None, 0.0, assigner), records).predictions
    # Then the groups are the same, and nobody in the control group gets an offer
    groups = [answer["policy_group"] for answer in alone]
    assert groups == [answer["policy_group"] for answer in with_challenger]
    assert groups.count("control") == pytest.approx(100, abs=25)
    for answer in (*alone, *with_challenger):
        if answer["policy_group"] == "control":
            assert (answer["recommended_intervention"], answer["estimated_margin_impact"]) == ("none", 0.0)
        else:
            assert answer["recommended_intervention"] != "none"


def test_different_experiments_split_differently() -> None:
    positions = [(share_of(user, "first"), share_of(user, "second")) for user in range(2_000)]
    both = sum(first < 0.5 and second < 0.5 for first, second in positions) / len(positions)
    assert both == pytest.approx(0.25, abs=0.03)
    assert all(0 <= first < 1 for first, _ in positions)


def test_without_a_challenger_the_champion_answers_everybody(champion: ServedModel) -> None:
    answered = ask(Serving(champion), [factories.record(user_id=user) for user in range(5)])
    assert [answer["user_id"] for answer in answered.predictions] == list(range(5))
    assert [(scored.role, len(scored.decided)) for scored in answered.models] == [(CHAMPION, 5)]


def test_answers_come_in_order_from_the_model_of_each_shopper(champion: ServedModel) -> None:
    # Given a challenger for half of the shoppers
    serving = Serving(champion, model(SECOND), 0.5)
    # When forty ask together, and each of them alone
    records = [factories.record(user_id=f"shopper-{n}") for n in range(40)]
    together = ask(serving, records)
    alone = [serving.score_one(json.dumps(record).encode(), AT) for record in records]
    # Then both are the same answers, by the model that the shopper belongs to
    versions = {CHAMPION: FIRST, CHALLENGER: SECOND}
    assert [answer["model_version"] for answer in together.predictions] == [
        versions[serving.role_for(record["user_id"])] for record in records
    ]
    assert together.predictions == [answered.predictions[0] for answered in alone]
    assert {scored.role: scored.version for scored in together.models} == versions
    assert together.refused_by_challenger == 0


def test_what_the_challenger_refuses_the_champion_answers_and_it_is_counted(champion: ServedModel) -> None:
    # Given a challenger for everybody, which takes orders of up to 300 only
    serving = Serving(champion, model(SECOND, with_orders_up_to(300)), 1.0)
    # When two ask, one of them beyond that
    answered = ask(serving, [factories.record(user_id=value, average_order_value=value) for value in (200, 400)])
    # Then the champion answers that one
    assert [answer["model_version"] for answer in answered.predictions] == [SECOND, FIRST]
    assert answered.refused_by_challenger == 1
    alone = serving.score_one(json.dumps(factories.record(average_order_value=400)).encode(), AT)
    assert (alone.models[0].role, alone.refused_by_challenger) == (CHAMPION, 1)


def test_what_the_champion_refuses_is_refused() -> None:
    serving = Serving(model(FIRST, with_orders_up_to(300)), model(SECOND), 1.0)
    with pytest.raises(InvalidRecords, match="average_order_value"):
        serving.score_one(json.dumps(factories.record(average_order_value=400)).encode(), AT)


def test_a_body_is_parsed_once_where_both_models_take_the_same(
    champion: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenger = model(SECOND, with_orders_up_to(200_000))  # takes all that the champion takes, in another record
    same = model(SECOND)
    assert same.reader.takes_all_of(champion.reader)
    assert not challenger.reader.takes_all_of(champion.reader)
    monkeypatch.setattr(same.reader, "read_some", lambda _raw: pytest.fail("parsed again"))
    answered = ask(Serving(champion, same, 1.0), [factories.record()])
    assert answered.predictions[0]["model_version"] == SECOND
