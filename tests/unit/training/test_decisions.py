"""What the policy earns where the truth is known, and what a budget buys."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.registry import Artefact
from lambda_fn.scoring.decider import Decider, Signals
from lambda_fn.scoring.policy import Policy
from lambda_fn.scoring.service import Scorer
from training.data import fit_recipe
from training.data.prepare import DataOptions
from training.job import Job, run
from training.offers.ground_truth import Outcome, make_world, play
from training.offers.policy_file import read_policy
from training.offers.reference_offer import ten_percent_offer
from training.offers.simulate import simulate
from training.offers.synthetic_world import twin_table, worlds
from training.shops.shopper import RECIPE
from training.synthetic.best_possible import posterior


@pytest.fixture(scope="module")
def model(twin_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    out = tmp_path_factory.mktemp("model")
    return run(Job(DataOptions(twin_csv), read_policy(), "logistic", out=out, track=False)).artefact


def cautious(policy: Policy, caution: float) -> Policy:
    return policy.model_copy(update={"caution": policy.caution.model_copy(update={"value": caution})})


@pytest.fixture(scope="module")
def seen(model: Artefact) -> tuple[Signals, np.ndarray]:
    scorer = Scorer(model.manifest, model.onnx)
    table = twin_table(model.manifest.recipe, 20_000, 5, "USA")
    signals = scorer.score(fit_recipe.to_columns(scorer.layout, table), model.manifest.as_of).signals
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
    policy = read_policy()
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


def test_the_worlds_go_from_right_assumptions_to_a_quarter_of_them(model: Artefact) -> None:
    found = dict(worlds(model, 5_000, 1))
    assert list(found) == [1.0, 0.75, 0.5, 0.25]
    assert found[1.0].policy > found[0.5].policy > 0


def test_a_budget_is_kept_and_the_curve_rises_ever_more_slowly(model: Artefact, twin_csv: Path, tmp_path: Path) -> None:
    found = simulate(model, twin_csv, 1_000, "all")
    assert found.allocation.cost <= 1_000
    assert sum(found.counts().values()) == 6_000
    spends, margins = (np.array(values) for values in zip(*found.curve, strict=True))
    gains = np.diff(margins)
    assert (np.diff(spends) > 0).all()
    assert (gains >= 0).all()
    assert (np.diff(gains) <= gains[0] * 1e-6).all()
    at_budget = np.interp(1_000, spends, margins)
    assert found.allocation.margin == pytest.approx(at_budget, rel=0.01)
    assert found.allocation.margin <= found.unlimited[1]
    assert found.same_for_all is not None
    name, spend, margin = found.same_for_all
    assert (name, margin < 0 < spend) == ("discount_10", True)
    found.write(tmp_path / "offers.csv")
    with (tmp_path / "offers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6_000
    total = sum(float(row["expected_margin"]) for row in rows)
    assert total == pytest.approx(found.allocation.margin, abs=0.6)


def test_rows_that_are_left_out_are_told_and_nobody_counts_twice(
    model: Artefact, twin_csv: Path, tmp_path: Path
) -> None:
    # Given a file with a shopper listed twice, one without an id, and one of an impossible age
    table = pd.read_csv(twin_csv, dtype={"user_id": "str"}).head(1_000)
    table["user_id"] = ["1", "1", None, *map(str, range(4, 1_001))]
    table.loc[3, "age"] = 200
    table.to_csv(tmp_path / "some.csv", index=False)
    # When a budget is spent on it, then three rows are left out, each for its reason
    found = simulate(model, tmp_path / "some.csv", 100, "USA")
    assert found.left_out == {"no user_id": 1, "repeated user_id": 1, "outside the bounds": 1}
    assert len(found.user_ids) == len(set(found.user_ids)) == 997


def test_the_contrast_is_the_offer_of_ten_percent_by_whatever_name() -> None:
    policy = read_policy()
    renamed = [
        offer.model_copy(update={"name": "tenth_off"}) if offer.name == "discount_10" else offer
        for offer in policy.interventions
    ]
    assert ten_percent_offer(policy.model_copy(update={"interventions": tuple(renamed)})) == 3
    assert ten_percent_offer(policy.model_copy(update={"interventions": policy.interventions[:2]})) is None
