"""A budget over a whole file: kept to, spent where it returns most, the same in parts as in one piece."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lambda_fn.scoring.offers.budget import greedy
from lambda_fn.scoring.offers.decider import Decider, Signals
from lambda_fn.scoring.offers.spending import (
    Spending,
    add_spending,
    count_spending,
    decide_within,
    expected_spend,
    lowest_step,
    ranks_of,
)
from tests import factories

DECIDER = Decider(factories.policy(), factories.recipe())


def shoppers(count: int, seed: int) -> Signals:
    draw = np.random.default_rng(seed)
    return Signals(
        risk=draw.uniform(0, 1, count),
        order_value=draw.uniform(5, 500, count),
        sensitivity=draw.uniform(0, 1, count),
        value_tier=draw.integers(0, 3, count).astype(float),
        recency_segment=draw.integers(0, 4, count).astype(float),
    )


def part(signals: Signals, rows: slice) -> Signals:
    return Signals(*(getattr(signals, name)[rows] for name in Signals.__dataclass_fields__))


def ranks(signals: Signals) -> NDArray[np.int64]:
    """Rank shoppers by an id that goes with them when a file is cut."""
    return ranks_of(np.array([b"%.9f" % value for value in signals.order_value]))


def measured(signals: Signals) -> Spending:
    return count_spending(DECIDER, signals, DECIDER.decide(signals), ranks(signals))


@given(st.integers(1, 300), st.integers(0, 10**6), st.floats(0, 1.2))
def test_the_budget_is_kept_and_spent_nearly_as_well_as_it_can_be(count: int, seed: int, share: float) -> None:
    signals = shoppers(count, seed)
    spending = measured(signals)
    budget = share * spending.unlimited / 1e6

    step = lowest_step(spending, budget)
    if step is None:
        assert budget * 1e6 >= spending.unlimited - 1
        return
    decisions = decide_within(DECIDER, signals, ranks(signals), step)

    costs, margins = DECIDER.costs(signals), DECIDER.margins(signals)
    best = greedy(margins, costs, DECIDER.eligible(signals), budget)
    spent = expected_spend(DECIDER, signals, decisions)
    left = budget - spent
    assert spent <= budget + count * 1e-6  # each cost is counted in whole millionths
    # What is left would have bought no more than the next rank returns; and steps are half a percent wide.
    assert best.margin - decisions.margin.sum() <= left * _highest_return(step) + 0.01 * best.margin + 1e-9


def _highest_return(step: int) -> float:
    return float(np.array([((step >> 6) + 1) << 44]).view(np.float64)[0])


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9])
def test_of_many_shoppers_nothing_worth_mentioning_is_lost(share: float) -> None:
    signals = shoppers(20_000, seed=4)
    spending = measured(signals)
    budget = share * spending.unlimited / 1e6
    step = lowest_step(spending, budget)
    assert step is not None

    decisions = decide_within(DECIDER, signals, ranks(signals), step)

    costs, margins = DECIDER.costs(signals), DECIDER.margins(signals)
    best = greedy(margins, costs, DECIDER.eligible(signals), budget)
    assert decisions.margin.sum() >= 0.998 * best.margin
    assert 0.99 * budget <= expected_spend(DECIDER, signals, decisions) <= budget


@given(st.integers(2, 60), st.integers(0, 10**6), st.integers(1, 59))
def test_parts_of_a_file_add_up_to_the_file(count: int, seed: int, cut: int) -> None:
    signals = shoppers(count, seed)
    parts = [part(signals, rows) for rows in (slice(0, cut), slice(cut, None)) if rows.start < count]

    added, whole = add_spending(map(measured, parts)), measured(signals)

    assert added == whole  # to the last digit, or where a file is cut would show in its offers


def test_without_a_budget_only_what_costs_nothing_is_offered() -> None:
    signals = shoppers(500, seed=2)
    step = lowest_step(measured(signals), 0.0)
    assert step is not None
    decisions = decide_within(DECIDER, signals, ranks(signals), step)
    assert decisions.choice.tolist() == [0] * 500
    assert decisions.margin.tolist() == [0.0] * 500


def test_shoppers_who_are_all_alike_are_told_apart_by_their_ids() -> None:
    one = shoppers(1, seed=7)
    alike = Signals(*(np.repeat(getattr(one, name), 10_000) for name in Signals.__dataclass_fields__))
    ids = ranks_of(np.array([b"u%d" % number for number in range(10_000)]))
    spending = count_spending(DECIDER, alike, DECIDER.decide(alike), ids)
    everything = spending.unlimited / 1e6
    step = lowest_step(spending, 0.5 * everything)
    assert step is not None
    spent = expected_spend(DECIDER, alike, decide_within(DECIDER, alike, ids, step))
    assert 0.48 * everything <= spent <= 0.5 * everything


@given(st.lists(st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name), min_size=1, max_size=9))
def test_the_rank_of_an_id_does_not_depend_on_the_others(ids: list[bytes]) -> None:
    assert ranks_of(np.array(ids)).tolist() == [int(ranks_of(np.array([name]))[0]) for name in ids]


def test_of_no_shoppers_nothing_is_spent() -> None:
    assert lowest_step(add_spending([]), 0.0) is None
