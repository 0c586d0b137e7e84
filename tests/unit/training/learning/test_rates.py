"""What is learnt is the truth where there are many data, and the assumption where there are none."""

import numpy as np
import pytest

from tests import factories
from tests.unit.training.learning.logs import observed
from training.learning.observed import Observed
from training.learning.rates import Rate, Rates, learn_rates

POLICY = factories.policy(caution={"value": 0.5, "source": "s"})


def learnt(seen: Observed, lost: np.ndarray) -> Rates:
    return learn_rates(POLICY, seen, lost)


def test_without_data_the_assumption_times_trust_stays() -> None:
    seen, lost = observed(500)
    idle = Observed(seen.risk, seen.sensitivity, np.zeros(500, np.intp), seen.bought, seen.eligible)
    rates = learnt(idle, lost)
    assert [(rate.base, rate.gain) for rate in rates.offers] == [
        pytest.approx((0.025, 0.0), abs=1e-6), pytest.approx((0.075, 0.15), abs=1e-6),
        pytest.approx((0.1, 0.2), abs=1e-6),
    ]  # fmt: skip
    assert [rate.caution for rate in rates.offers] == [0.5, 0.5, 0.5]


def test_with_many_data_the_truth_is_found_and_caution_goes() -> None:
    rates = learnt(*observed(200_000))
    for rate, base, gain in zip(rates.offers, (0.03, 0.09, 0.12), (0.0, 0.18, 0.24), strict=True):
        assert rate.base == pytest.approx(base, abs=4 * np.sqrt(rate.covariance[0, 0]))
        assert rate.gain == pytest.approx(gain, abs=4 * np.sqrt(rate.covariance[1, 1]))
        assert rate.interval()[0] < rate.base < rate.interval()[1]
        assert rate.caution < 0.011
        assert rate.shoppers > 49_000


def test_the_posterior_is_ridge_regression_on_stacked_prior_rows() -> None:
    # Given one offer, the prior may be written as rows of data more: for worth, own deviation, and the line's error
    seen, lost = observed(3_000)
    policy = factories.policy(caution={"value": 0.5, "source": "s"}, interventions=[
        factories.policy().interventions[1].model_dump()
    ])  # fmt: skip
    one = Observed(seen.risk, seen.sensitivity, (seen.offer == 2).astype(np.intp), seen.bought, seen.eligible[:, :1])
    found = learn_rates(policy, one, lost)
    assumed, offered = np.array([0.15, 0.3]), one.offer == 1
    x, line = np.column_stack([lost, lost * seen.sensitivity]), np.column_stack([np.ones(3_000), seen.risk])

    def roots(guess: np.ndarray) -> np.ndarray:
        chance = 1 - lost + x @ guess
        return np.asarray(1 / np.sqrt(np.maximum(chance * (1 - chance), 0.05)))[:, None]

    guessed, untreated = roots(0.5 * assumed), roots(np.zeros(2))
    own = np.linalg.cholesky((x * guessed).T @ (x * guessed) * 1_000 / 3_000).T
    error = np.linalg.cholesky((line * untreated).T @ (line * untreated) * 100 / 3_000).T
    with_offer = guessed[offered] * np.column_stack([x[offered] @ assumed, x[offered], line[offered]])
    without = untreated[~offered] * np.column_stack([np.zeros(((~offered).sum(), 3)), line[~offered]])
    design = np.vstack([
        np.array([[2.0, 0, 0, 0, 0]]), np.hstack([np.zeros((2, 1)), own, np.zeros((2, 2))]),
        np.hstack([np.zeros((2, 3)), error]), with_offer, without,
    ])  # fmt: skip
    surprise = seen.bought - (1 - lost)
    target = np.concatenate([
        [2.0 * 0.5, 0, 0, 0, 0], guessed[offered, 0] * surprise[offered], untreated[~offered, 0] * surprise[~offered]
    ])  # fmt: skip
    worth, first, second, *expected_line = np.linalg.lstsq(design, target)[0]
    rate = found.offers[0]
    assert (rate.base, rate.gain) == pytest.approx((worth * 0.15 + first, worth * 0.3 + second), abs=1e-6)
    assert found.line == pytest.approx(expected_line, abs=1e-6)
    spread = np.array([[0.15, 1, 0, 0, 0], [0.3, 0, 1, 0, 0]])
    assert rate.covariance == pytest.approx(spread @ np.linalg.inv(design.T @ design) @ spread.T, rel=1e-4)


def test_an_error_of_the_chance_of_no_purchase_is_no_effect_of_offers() -> None:
    # Given a chance that is 0.05 too high at every risk
    seen, lost = observed(100_000)
    right, wrong = learnt(seen, lost), learnt(seen, lost + 0.05)
    assert wrong.line - right.line == pytest.approx([0.05, 0.0], abs=0.01)
    for one, other in zip(right.offers, wrong.offers, strict=True):
        assert other.base == pytest.approx(one.base, abs=0.015)


def test_few_shoppers_without_an_offer_leave_every_rate_unsure() -> None:
    seen, lost = observed(20_000)
    kept = (seen.offer > 0) | (np.arange(20_000) % 50 == 0)
    few = Observed(seen.risk[kept], seen.sensitivity[kept], seen.offer[kept], seen.bought[kept], seen.eligible[kept])
    for one, other in zip(learnt(seen, lost).offers, learnt(few, lost[kept]).offers, strict=True):
        assert np.sqrt(other.covariance[0, 0]) > 1.3 * np.sqrt(one.covariance[0, 0])


def test_a_base_below_0_takes_its_gain_along() -> None:
    # Given a rate of 0 that noise tilts: the base below 0, the gain above
    covariance = np.array([[0.02, -0.03], [-0.03, 0.06]]) / 100
    base, gain = Rate(-0.02, 0.04, covariance, 500, 0.1).possible()
    assert (base, gain) == (0.0, pytest.approx(0.04 - 1.5 * 0.02))
    assert Rate(0.02, 0.04, covariance, 500, 0.1).possible() == (0.02, 0.04)
