"""A budget buys the most margin it can."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.scoring.offers.budget import allocate, exact, greedy, upgrades

Case = tuple[np.ndarray, np.ndarray, np.ndarray, float]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (draw(st.integers(1, 6)), draw(st.integers(1, 4)))
    costs = rng.choice([0.0, 0.05, *rng.uniform(0, 10, 5)], shape)
    margins = rng.uniform(-3, 12, shape)
    eligible = rng.random(shape) < 0.8
    return margins, costs, eligible, float(rng.uniform(0, costs.sum() + 1))


@given(cases())
def test_the_greedy_answer_is_within_one_upgrade_of_the_exact_one(case: Case) -> None:
    margins, costs, eligible, budget = case
    best, quick = exact(*case), greedy(*case)
    largest = max(upgrades(margins, costs, eligible).margin, default=0.0)
    assert quick.margin <= best.margin + 1e-9
    assert quick.margin >= best.margin - largest - 1e-9
    assert quick.cost <= budget + 1e-9
    assert best.cost <= budget + 1e-9


@given(cases())
def test_nobody_gets_an_offer_that_is_not_theirs_or_does_not_pay(case: Case) -> None:
    margins, _, eligible, _ = case
    for allocation in (exact(*case), greedy(*case)):
        for shopper in np.flatnonzero(allocation.choice):
            offer = allocation.choice[shopper] - 1
            assert eligible[shopper, offer]
            assert margins[shopper, offer] > 0


@given(cases(), st.floats(0, 20))
def test_more_money_never_earns_less(case: Case, more: float) -> None:
    margins, costs, eligible, budget = case
    assert exact(margins, costs, eligible, budget + more).margin >= exact(*case).margin - 1e-9


@given(cases())
def test_without_a_limit_everyone_gets_their_best_offer(case: Case) -> None:
    margins, costs, eligible, _ = case
    best = np.where(eligible, margins, 0.0).max(axis=1, initial=0.0).sum()
    for spend in (exact, greedy):
        assert spend(margins, costs, eligible, 1e9).margin == pytest.approx(best)
    assert upgrades(margins, costs, eligible).margin.sum() == pytest.approx(best)


def test_upgrades_come_in_the_order_of_margin_per_unit_of_cost() -> None:
    margins = np.array([[2.0, 5.0], [3.0, 3.5]])
    costs = np.array([[1.0, 3.0], [1.0, 4.0]])
    steps = upgrades(margins, costs, np.ones((2, 2), dtype=bool))
    assert list(zip(steps.shopper.tolist(), steps.choice.tolist(), strict=True)) == [(1, 1), (0, 1), (0, 2), (1, 2)]
    np.testing.assert_allclose(steps.margin / steps.cost, [3, 2, 1.5, 0.5 / 3])
    np.testing.assert_allclose(steps.spend(), [1, 2, 4, 7])
    np.testing.assert_allclose(steps.gain(), [3, 5, 8, 8.5])


def test_what_costs_nothing_needs_no_budget() -> None:
    free = allocate(np.array([[1.0, 4.0]]), np.array([[0.0, 1.0]]), np.array([[True, True]]), 0.0)
    assert (free.choice.tolist(), free.cost, free.margin) == ([1], 0.0, 1.0)


def test_many_shoppers_are_served_by_the_greedy_answer_close_to_the_bound() -> None:
    rng = np.random.default_rng(2)
    margins, costs = rng.uniform(0, 10, (3_000, 4)), rng.uniform(0.1, 8, (3_000, 4))
    eligible = np.ones_like(margins, dtype=bool)
    found = allocate(margins, costs, eligible, 2_000.0)
    steps = upgrades(margins, costs, eligible)
    bound = np.interp(2_000.0, steps.spend(), steps.gain())  # the linear relaxation: no allocation earns more
    assert found.cost <= 2_000
    assert bound * 0.999 <= found.margin <= bound


def test_a_shoppers_steps_come_in_order_where_rounding_says_otherwise() -> None:
    # Given offers that all return the same, up to the last bit of a float
    rng = np.random.default_rng(3)
    costs = np.sort(rng.uniform(0.1, 9, (5_000, 4)), axis=1)
    margins = costs * rng.uniform(0.5, 2, (5_000, 1))
    # When all of them are taken, then everybody ends with the dearest
    steps = upgrades(margins, costs, np.ones_like(margins, dtype=bool))
    choice = np.zeros(len(margins), dtype=np.intp)
    choice[steps.shopper] = steps.choice
    reached = np.zeros(len(margins), dtype=np.intp)
    np.maximum.at(reached, steps.shopper, steps.choice)
    assert (choice == reached).all()
