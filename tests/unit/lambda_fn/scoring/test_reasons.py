"""Effects are Shapley values of known against missing: exact where few inputs are known, close where many are."""

import datetime as dt
from collections.abc import Callable
from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_fn.scoring.arrays import Bools, Floats
from lambda_fn.scoring.artefact.recipe import CategoryInput, NumberInput, Passthrough, Recipe
from lambda_fn.scoring.columns import MISSING, UNKNOWN, Columns, Layout
from lambda_fn.scoring.reasons import LEADING, MOST_EXACT, Explainer, Reason
from tests import factories

NUMBERS = 10
NAMES = (*(f"n{i}" for i in range(NUMBERS)), "c0", "c1")
WEIGHTS = np.array([2.0, -1.5, 1.2, -0.8, 0.5, 0.3, -0.2, 0.1, 0.05, 0.0, 0.4, -0.3])
Risk = Callable[[Columns], Floats]


def layout() -> Layout:
    inputs = (
        *(
            NumberInput(name=name, unit="one", minimum=-9, maximum=9, observed_low=-9, observed_high=9, default=0)
            for name in NAMES[:NUMBERS]
        ),
        *(CategoryInput(name=name, categories=("a", "b", "c"), default="a") for name in NAMES[NUMBERS:]),
    )
    return Layout(Recipe(inputs=inputs, steps=(Passthrough(name="x", source="n0"),)))


def values(columns: Columns) -> tuple[Floats, Bools]:
    """Return each input as a number, (n, inputs), and which are known."""
    known = np.concatenate([~np.isnan(columns.numbers), columns.codes >= 0], axis=1)
    return np.concatenate([columns.numbers, columns.codes.astype(np.float64)], axis=1), known


def additive(columns: Columns) -> Floats:
    x, known = values(columns)
    risk: Floats = 0.5 + 0.01 * np.where(known, WEIGHTS * x, 0.0).sum(axis=1)
    return risk


def entangled(columns: Columns) -> Floats:
    """Every input matters more or less depending on the others."""
    x, known = values(columns)
    pull = np.where(known, WEIGHTS * x, 0.0)
    logit = pull.sum(axis=1) - pull[:, 0] * pull[:, 1] + 0.5 * pull[:, 2] * (~known[:, 3]) - 0.3 * known.sum(axis=1) / 6
    risk: Floats = 1 / (1 + np.exp(-logit))
    return risk


def shapley(risk: Risk, record: Columns) -> Floats:
    """Return the Shapley values by their definition: every subset of the known inputs, weighted."""
    _, known = values(record)
    players = np.flatnonzero(known[0]).tolist()

    def ask(subset: tuple[int, ...]) -> float:
        kept = np.isin(np.arange(known.shape[1]), subset)
        numbers = np.where(kept[:NUMBERS], record.numbers, np.nan)
        return float(risk(Columns(numbers, np.where(kept[NUMBERS:], record.codes, MISSING).astype(np.int32)))[0])

    risks = {subset: ask(subset) for size in range(len(players) + 1) for subset in combinations(players, size)}
    effects = np.zeros(known.shape[1])
    for player in players:
        others = [other for other in players if other != player]
        for size in range(len(players)):
            weight = 1 / (len(players) * comb(len(players) - 1, size))
            for subset in combinations(others, size):
                effects[player] += weight * (risks[tuple(sorted((*subset, player)))] - risks[subset])
    return effects


def record(known: int, seed: int = 0) -> Columns:
    """Return one record of which the first ``known`` inputs, in an order of its own, are known."""
    rng = np.random.default_rng(seed)
    gone = rng.permutation(len(NAMES))[known:]
    numbers, codes = rng.normal(size=(1, NUMBERS)), rng.integers(0, 3, (1, 2)).astype(np.int32)
    numbers[0, gone[gone < NUMBERS]] = np.nan
    codes[0, gone[gone >= NUMBERS] - NUMBERS] = MISSING
    return Columns(numbers, codes)


IMPORTANCE = dict(zip(NAMES, np.abs(WEIGHTS).tolist(), strict=True))


@pytest.mark.parametrize("known", range(MOST_EXACT + 1))
def test_with_few_known_inputs_they_are_the_definition(known: int) -> None:
    shopper = record(known, seed=known)
    effects = Explainer(layout(), entangled, IMPORTANCE).effects(shopper)
    np.testing.assert_allclose(effects[0], shapley(entangled, shopper), atol=1e-12)


@pytest.mark.parametrize("importance", [IMPORTANCE, {}], ids=["known importance", "unknown importance"])
def test_with_many_known_inputs_they_are_close_to_the_definition(importance: dict[str, float]) -> None:
    shoppers = [record(known, seed) for known in (9, 11, 12) for seed in range(4)]
    explainer = Explainer(layout(), entangled, importance)
    worst = [np.abs(explainer.effects(shopper)[0] - shapley(entangled, shopper)).max() for shopper in shoppers]
    assert np.mean(worst) < 0.015


def test_the_effects_of_an_additive_model_are_its_terms() -> None:
    shopper = record(len(NAMES))
    x, _ = values(shopper)
    effects = Explainer(layout(), additive, IMPORTANCE).effects(shopper)
    np.testing.assert_allclose(effects[0], 0.01 * WEIGHTS * x[0], atol=1e-12)


@given(st.integers(0, len(NAMES)), st.integers(0, 1_000))
@settings(max_examples=50, deadline=None)
def test_effects_add_up_to_risk_minus_that_of_nobody_and_a_missing_input_has_none(known: int, seed: int) -> None:
    shopper = record(known, seed)
    effects = Explainer(layout(), entangled, IMPORTANCE).effects(shopper)
    _, is_known = values(shopper)
    assert effects[0].sum() == pytest.approx(entangled(shopper)[0] - entangled(record(0))[0], abs=1e-12)
    assert (effects[~is_known] == 0).all()


def test_a_record_has_the_same_effects_alone_and_among_others() -> None:
    records = [record(known, known) for known in (0, 3, 12, 12, 9)]
    together = Columns(np.concatenate([one.numbers for one in records]), np.concatenate([one.codes for one in records]))
    explainer = Explainer(layout(), entangled, IMPORTANCE)
    np.testing.assert_array_equal(explainer.effects(together), np.concatenate([explainer.effects(r) for r in records]))


def test_an_input_that_the_model_ignores_has_no_effect() -> None:
    def ignores_the_last_category(columns: Columns) -> Floats:
        return entangled(Columns(columns.numbers, np.concatenate([columns.codes[:, :1], 0 * columns.codes[:, :1]], 1)))

    effects = Explainer(layout(), ignores_the_last_category, IMPORTANCE).effects(record(len(NAMES)))
    assert effects[0, -1] == 0
    assert (effects[0, :LEADING] != 0).all()


def test_an_unknown_category_is_missing() -> None:
    shopper = Columns(np.zeros((1, NUMBERS)), np.array([[UNKNOWN, 1]], dtype=np.int32))
    assert Explainer(layout(), entangled, IMPORTANCE).effects(shopper)[0, NUMBERS] == 0


def test_reasons_name_the_largest_effects_with_the_values_as_read() -> None:
    recipe = factories.recipe()
    explainer = Explainer(Layout(recipe), lambda columns: np.zeros(len(columns)), {})
    numbers = np.array([[8.0, np.nan, 180.0, 20.0, 2.0, 1.0, dt.date(2026, 6, 20).toordinal() - 719_163]])
    effects = np.array([0.3, 0.0, -0.01, 0.0, 0.002, 0.0, 0.05, -0.4])

    reasons = explainer.reasons(Columns(numbers, np.array([[3]], dtype=np.int32)), 0, effects, most=3)

    assert reasons == [
        Reason("shopping_time_of_day", "Night", -0.4),
        Reason("impulse_buying_score", 8.0, 0.3),
        Reason("last_purchase_date", "2026-06-20", 0.05),
    ]
