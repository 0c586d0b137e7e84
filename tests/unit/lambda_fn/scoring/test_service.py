"""The whole core: columns in, scores out."""

import numpy as np
import pytest

from lambda_fn.scoring.arrays import Floats, Matrix
from lambda_fn.scoring.artefact.manifest import (
    MODEL_FILE,
)
from lambda_fn.scoring.columns import MISSING, Columns, days_since_epoch
from lambda_fn.scoring.errors import ArtefactRejected
from lambda_fn.scoring.model import FEWEST_ROWS, Model
from lambda_fn.scoring.service import Scorer
from tests import factories


def scorer(**changes: object) -> Scorer:
    manifest, files = factories.artefact(**changes)  # type: ignore[arg-type]
    return Scorer(manifest, files[MODEL_FILE])


def shoppers(*impulse_and_stress: tuple[float, float]) -> Columns:
    numbers = [[impulse, stress, 200, 20, 2, 1, 20_600] for impulse, stress in impulse_and_stress]
    return Columns(np.array(numbers, dtype=np.float64), np.ones((len(numbers), 1), dtype=np.int32))


def test_scores_are_risk_level_choice_margin_and_confidence() -> None:
    scored = scorer()
    scores = scored.score(shoppers((0, 0), (5, 5), (6, 4), (10, 10)), factories.AS_OF)
    # logit = 8*impulse/10 + 4*stress/10 - 6
    np.testing.assert_allclose(scores.risk, 1 / (1 + np.exp([6, 0, -0.4, -6])), rtol=1e-5)
    assert scores.level.tolist() == [0, 1, 1, 2]
    np.testing.assert_allclose(scores.confidence, np.maximum(scores.risk, 1 - scores.risk))
    assert (scores.margin >= 0).all()
    assert scored.choices[scores.choice[0]] == "none"


def test_an_order_beyond_the_training_range_is_worth_what_it_is() -> None:
    # Given a shopper at high risk with an order of twenty times what training saw (500), and one without any
    numbers = [[10, 10, value, 20, 2, 1, 20_600] for value in (500.0, 10_000.0, np.nan)]
    columns = Columns(np.array(numbers), np.ones((3, 1), dtype=np.int32))
    # When they are scored
    scores = scorer().score(columns, factories.AS_OF)
    # Then the margins count the real order, or the default of 255, and the risk is that of the largest order seen
    assert scores.signals.order_value.tolist() == [500, 10_000, 255]
    assert scores.risk[0] == scores.risk[1]
    assert [note.issue for note in scores.notes.of(1)] == ["clipped"]


def test_levels_start_at_their_edges() -> None:
    assert np.searchsorted((0.4, 0.7), [0.3999, 0.4, 0.6999, 0.7], side="right").tolist() == [0, 1, 1, 2]


def test_confidence_follows_the_decision_threshold() -> None:
    scores = scorer(decision_threshold=0.2).score(shoppers((5, 3)), factories.AS_OF)
    assert scores.risk[0] < 0.5
    assert scores.confidence[0] == scores.risk[0]


@pytest.mark.parametrize("block", [1, 2, 7, 64])
def test_scores_do_not_depend_on_what_is_scored_together(block: int) -> None:
    rng = np.random.default_rng(5)
    many = shoppers(*rng.integers(0, 11, (97, 2)).astype(float).tolist())
    model = scorer()
    whole = model.score(many, factories.AS_OF).risk
    parts = [
        model.score(many.take(np.arange(start, min(start + block, 97))), factories.AS_OF).risk
        for start in range(0, 97, block)
    ]
    assert np.concatenate(parts).tobytes() == whole.tobytes()


def test_the_model_is_asked_once_of_shoppers_of_whom_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a hundred shoppers, half of whom are unknown but for the day of their last offer
    rng = np.random.default_rng(6)
    many = shoppers(*rng.integers(0, 11, (100, 2)).astype(float).tolist())
    many.numbers[::2], many.codes[::2] = np.nan, MISSING
    many = Columns(many.numbers, many.codes, days_since_epoch(factories.AS_OF) - np.arange(100.0))
    model = scorer(missing="value")
    by_twos = [model.score(many.take(np.arange(at, at + 2)), factories.AS_OF) for at in range(0, 100, 2)]
    asked: list[int] = []
    answer = Model.probabilities

    def counted(self: Model, matrix: Matrix) -> Floats:
        asked.append(len(matrix))
        return answer(self, matrix)

    monkeypatch.setattr(Model, "probabilities", counted)
    # When they are scored together
    scores = model.score(many, factories.AS_OF)
    # Then the model answers for few of those of whom nothing is known
    assert asked == [50 + FEWEST_ROWS]
    # And each shopper is told the same as among others
    assert scores.signals.days_since_offer.tolist() == list(range(100))
    for name in ("risk", "level", "choice", "margin", "confidence"):
        np.testing.assert_array_equal(getattr(scores, name), np.concatenate([getattr(two, name) for two in by_twos]))
    np.testing.assert_array_equal(scores.notes.flags, np.concatenate([two.notes.flags for two in by_twos]))


def test_a_record_has_the_same_reasons_alone_and_among_others() -> None:
    # Given a model that takes missing as a value, and shoppers of whom all, much, little and nothing is known
    model = scorer(missing="value")
    many = shoppers((8, 7), (8, 7), (1, 9), (2, 2))
    many.numbers[1, 1:4] = np.nan
    many.numbers[2:, 1:] = np.nan
    many.numbers[3] = np.nan
    many.codes[2:] = MISSING
    # When they are explained together, and one by one
    together = model.reasons(many, factories.AS_OF, 8)
    alone = [(model.reasons(many.take(np.array([row])), factories.AS_OF, 8) or [])[0] for row in range(4)]
    # Then no digit differs, and what is known moves the risk from that of nobody to that of the shopper
    assert together == alone
    risk = model.score(many, factories.AS_OF).risk
    np.testing.assert_allclose([sum(reason.effect for reason in one) for one in alone], risk - risk[3], atol=1e-7)


def test_the_reason_of_a_value_beyond_the_training_range_is_told_with_the_value_as_read() -> None:
    # Given a recipe whose model never saw more than 8 of an input that goes up to 10
    recipe = factories.recipe()
    inputs = [
        f.model_copy(update={"observed_high": 8.0}) if f.name == "impulse_buying_score" else f for f in recipe.inputs
    ]
    model = scorer(missing="value", recipe=recipe.model_copy(update={"inputs": tuple(inputs)}))
    # When shoppers with 8 and with 10 are explained
    at_end, beyond = model.reasons(shoppers((8, 5), (10, 5)), factories.AS_OF, 1) or []
    # Then both had the same effect
    assert [(r.field, r.value) for r in (*at_end, *beyond)] == [
        ("impulse_buying_score", 8),
        ("impulse_buying_score", 10),
    ]
    assert at_end[0].effect == beyond[0].effect


def test_a_model_that_answers_no_number_is_refused() -> None:
    manifest, _ = factories.artefact()
    with pytest.raises(ArtefactRejected, match="with NaN"):
        Scorer(manifest, factories.onnx_model(15, bias=float("nan")))


IMPORTANCE = {"impulse_buying_score": 0.3, "stress_from_financial_decisions": 0.1, "average_order_value": 0.1}


def test_information_is_missing_by_the_importance_of_what_is_missing() -> None:
    columns = shoppers((10, 10), (np.nan, 10), (10, np.nan), (np.nan, np.nan))
    assert scorer(importance=IMPORTANCE).missing_information(columns).round(6).tolist() == [0, 0.6, 0.2, 0.8]
    assert scorer().missing_information(columns).tolist() == [0, 0, 0, 0]  # nothing was explained


def test_who_is_hardly_known_gets_no_paid_offer() -> None:
    # Given shoppers at the same high risk, one known and one of whom the most important input is missing
    columns = shoppers((10, 10), (np.nan, 10))
    known, hardly_known = 0, 1
    # When a model scores them that takes the default, 5.5, where it is missing, and has been explained
    model = scorer(importance=IMPORTANCE, bias=0.0)
    choices = [model.choices[choice] for choice in model.score(columns, factories.AS_OF).choice]
    # Then the offer that costs no more than its message is all that the second gets
    assert choices[known] == "discount_15"
    assert choices[hardly_known] == "reminder"
    # And a policy that trusts the model with less pays for both
    trusting = factories.policy(least_known={"value": 0.6, "source": "test"})
    model = scorer(importance=IMPORTANCE, bias=0.0, policy=trusting)
    assert [model.choices[choice] for choice in model.score(columns, factories.AS_OF).choice] == ["discount_15"] * 2


def test_a_model_that_imputes_has_no_reasons() -> None:
    assert scorer().reasons(shoppers((5, 5)), factories.AS_OF, 3) is None
