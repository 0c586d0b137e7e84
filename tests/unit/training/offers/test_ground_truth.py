"""What the policy earns where the truth is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.offers.decider import Decider, Signals
from lambda_fn.scoring.service import Scorer
from training.data.columns import to_columns
from training.offers.ground_truth import Outcome, make_world, play
from training.offers.synthetic_world import twin_table
from training.shops.public_shopper import public_shopper
from training.synthetic.best_possible import posterior

SHOP = public_shopper()
RECIPE = SHOP.recipe


def cautious(policy: Policy, caution: float) -> Policy:
    return policy.model_copy(update={"caution": policy.caution.model_copy(update={"value": caution})})


@pytest.fixture(scope="module")
def seen(model: Artefact) -> tuple[Signals, np.ndarray]:
    scorer = Scorer(model.manifest, model.onnx)
    table = twin_table(model.manifest.recipe, 8_000, 5, "USA")
    signals = scorer.score(to_columns(scorer.layout, table), model.manifest.as_of).signals
    return signals, posterior(table, 30)


def outcome(model: Artefact, seen: tuple[Signals, np.ndarray], caution: float, **world: float) -> Outcome:
    policy = cautious(model.manifest.policy, caution)
    recipe = model.manifest.recipe
    return play(policy, recipe, make_world(policy, recipe, *seen, **world))  # type: ignore[arg-type]


def test_with_right_assumptions_and_no_caution_the_policy_is_near_the_best(
    model: Artefact, seen: tuple[Signals, np.ndarray]
) -> None:
    found = outcome(model, seen, 0.0)
    assert found.share_of_best >= 0.95
    assert found.policy <= found.best + 1e-9 <= found.best_without_guardrails + 1e-9
    assert found.everyone < 0 < found.policy
    assert found.cost_of_caution == 0


@pytest.mark.parametrize("truth", [1.0, 0.75, 0.5])
def test_with_caution_the_policy_never_loses_while_true_rates_are_half_the_assumed(
    model: Artefact, seen: tuple[Signals, np.ndarray], truth: float
) -> None:
    found = outcome(model, seen, 0.5, truth=truth)
    assert found.policy > 0


def test_caution_costs_when_the_assumptions_are_right_and_pays_when_they_are_not(
    model: Artefact, seen: tuple[Signals, np.ndarray]
) -> None:
    assert outcome(model, seen, 0.5, truth=1.0).cost_of_caution > 0
    assert outcome(model, seen, 0.5, truth=0.5).cost_of_caution < 0


@given(truth=st.floats(0.5, 1.0), seed=st.integers(0, 1_000))
def test_no_single_recommendation_loses_under_caution_where_the_risk_is_right(truth: float, seed: int) -> None:
    # Given shoppers whose risk is known, and true rates of at least half of the assumed
    policy = SHOP.offers
    rng = np.random.default_rng(seed)
    n = 200
    signals = Signals(
        rng.random(n), rng.uniform(1, 500, n), rng.random(n), np.floor(rng.random(n) * 3), np.floor(rng.random(n) * 4)
    )
    world = make_world(policy, RECIPE, signals, signals.risk, truth=truth)
    # When the policy decides, then what it recommends truly earns at least what doing nothing does
    decider = Decider(policy, RECIPE)
    choice = decider.decide(signals).choice
    margins = np.column_stack([np.zeros(n), decider.margins(signals, world.true_rates)])
    assert (margins[np.arange(n), choice] >= -1e-9).all()


def test_unseen_differences_between_shoppers_keep_the_mean_rate(
    model: Artefact, seen: tuple[Signals, np.ndarray]
) -> None:
    policy, recipe = model.manifest.policy, model.manifest.recipe
    flat = make_world(policy, recipe, *seen)
    varied = make_world(policy, recipe, *seen, spread=0.5, seed=3)
    assert varied.true_rates.mean() == pytest.approx(flat.true_rates.mean(), rel=0.02)
    assert varied.true_rates.std() > flat.true_rates.std()
