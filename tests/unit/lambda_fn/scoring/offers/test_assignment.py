"""Groups come from keyed hashes alone, and the logged propensities are the frequencies."""

import hashlib
import hmac
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.scoring.offers.assignment import (
    CONTROL,
    EXPLOIT,
    EXPLORE,
    Assigner,
    Assignment,
    choose,
    propensities,
    uniforms,
    with_none,
)

KEY = b"a key of exactly 32 random bytes"
MANY = [str(number).encode() for number in range(40_000)]
SHARES = Assignment(control_share=0.1, explore_share=0.3, challenger_share=0.2)


def assigner(key: bytes = KEY, **shares: float) -> Assigner:
    return Assigner(Assignment.model_validate(shares), key)


def test_a_hash_is_hmac_of_purpose_and_id() -> None:
    digest = hmac.new(KEY, b"control\x0042", hashlib.sha256).digest()
    expected = [(int.from_bytes(digest[i : i + 8], "big") >> 11) / 2**53 for i in (0, 8)]
    assert uniforms(KEY, (b"explore", b"control"), [b"7", b"42"])[1, 1].tolist() == expected


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        assigner(b"short")


@pytest.mark.parametrize("ids", [MANY[:50], np.array(MANY[:50])])
def test_one_id_and_many_give_the_same_answer(ids: Sequence[bytes]) -> None:
    drawn = assigner(control_share=0.2, explore_share=0.4, challenger_share=0.3)
    together = drawn.draw(ids)
    alone = [drawn.draw([shopper]) for shopper in ids]
    assert together.group.tolist() == [draws.group[0] for draws in alone]
    assert together.pick.tolist() == [draws.pick[0] for draws in alone]
    assert drawn.challenged(ids).tolist() == [drawn.challenged([shopper])[0] for shopper in ids]


def test_nobody_is_drawn_until_asked_for() -> None:
    draws = assigner().draw(MANY[:100])
    assert set(draws.group.tolist()) == {EXPLOIT}
    assert not assigner().challenged(MANY[:100]).any()


def test_groups_do_not_depend_on_each_other_nor_on_the_other_shares() -> None:
    every = Assigner(SHARES, KEY)
    control = every.draw(MANY).group == CONTROL
    # Given the same control share, whatever else changes, the same shoppers are in control
    assert (assigner(control_share=0.1, explore_share=0.9).draw(MANY).group[control] == CONTROL).all()
    # And a larger share keeps them
    assert (assigner(control_share=0.2).draw(MANY).group[control] == CONTROL).all()
    # And the challenger's shoppers are in control as often as others, within five standard errors
    challenged = every.challenged(MANY)
    assert control[challenged].mean() == pytest.approx(0.1, abs=5 * np.sqrt(0.09 / challenged.sum()))
    assert challenged.mean() == pytest.approx(0.2, abs=5 * np.sqrt(0.16 / len(MANY)))


def test_another_key_draws_other_shoppers() -> None:
    mine, other = (assigner(key, control_share=0.5).draw(MANY[:1000]).group for key in (KEY, KEY[::-1]))
    assert 400 < (mine != other).sum() < 600


def test_frequencies_are_the_propensities() -> None:
    # Given shoppers who all may get three choices of four, with the last as greedy one
    allowed = np.tile([True, True, False, True], (len(MANY), 1))
    greedy = np.full(len(MANY), 3)
    chosen = choose(allowed, greedy, Assigner(SHARES, KEY).draw(MANY), SHARES)
    # Then the mixture is worked out by hand: 0.1 none + 0.9 (0.3 uniform + 0.7 greedy)
    assert chosen.propensities[0] == pytest.approx([0.1 + 0.09, 0.09, 0.0, 0.09 + 0.63])
    frequency = np.bincount(chosen.choice, minlength=4) / len(MANY)
    assert frequency == pytest.approx(chosen.propensities[0], abs=5 * np.sqrt(0.25 / len(MANY)))


def test_control_gets_nothing_and_exploit_the_greedy_offer() -> None:
    allowed = np.ones((len(MANY), 3), bool)
    draws = Assigner(SHARES, KEY).draw(MANY)
    chosen = choose(allowed, np.full(len(MANY), 2), draws, SHARES)
    assert set(chosen.choice[draws.group == CONTROL].tolist()) == {0}
    assert set(chosen.choice[draws.group == EXPLOIT].tolist()) == {2}
    assert set(chosen.choice[draws.group == EXPLORE].tolist()) == {0, 1, 2}


@given(
    st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=20),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 2**32),
)
def test_propensities_sum_to_one_and_what_is_not_allowed_never_happens(
    eligible: list[list[bool]], control: float, explore: float, seed: int
) -> None:
    allowed = with_none(np.array(eligible))
    rng = np.random.default_rng(seed)
    greedy = np.array([rng.choice(np.flatnonzero(row)) for row in allowed])
    shares = Assignment(control_share=control, explore_share=explore)
    draws = Assigner(shares, KEY).draw([str(number).encode() for number in rng.integers(0, 2**40, len(allowed))])
    chances = propensities(allowed, greedy, shares)
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(allowed)))
    assert (chances[~allowed] == 0).all()
    chosen = choose(allowed, greedy, draws, shares)
    assert allowed[np.arange(len(greedy)), chosen.choice].all()
    assert (chosen.propensities[np.arange(len(greedy)), chosen.choice] > 0).all()


def test_ids_of_log_and_decision_are_hashes_of_their_own() -> None:
    own = assigner()
    assert own.shopper_hash(b"42") == own.shopper_hash(b"42") != own.shopper_hash(b"43")
    decision = own.decision_id(b"42", "v1", "2026-01-01T00:00:00Z")
    assert (len(own.shopper_hash(b"42")), len(decision)) == (16, 24)
    others = [
        own.decision_id(b"42", "v2", "2026-01-01T00:00:00Z"),
        own.decision_id(b"42", "v1", "2026-01-01T00:00:01Z"),
    ]
    assert decision not in others
