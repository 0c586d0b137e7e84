"""What is learnt is the truth where there are many data, and the assumption where there are none."""

import numpy as np
import pytest

from tests import factories
from training.learning.learnt_policy import learn_policy
from training.learning.rates import Observed, Rates, learn_no_purchase, learn_rates

POLICY = factories.policy(caution={"value": 0.5, "source": "s"})


def observed(rows: int, seed: int = 1, worth: float = 0.6) -> tuple[Observed, np.ndarray]:
    """Return shoppers of whom a quarter gets each choice, in a world where assumed rates are worth ``worth``."""
    rng = np.random.default_rng(seed)
    risk, sensitivity, offer = rng.random(rows), rng.random(rows), rng.integers(0, 4, rows)
    base, gain = np.array([0, 0.05, 0.15, 0.20])[offer], np.array([0, 0.0, 0.3, 0.4])[offer]
    lost = 0.4 + 0.5 * risk
    bought = rng.random(rows) < 1 - lost + lost * worth * (base + gain * sensitivity)
    return Observed(risk, sensitivity, offer, bought, np.ones((rows, 3), bool)), lost


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
    # Given one offer, the prior may be written as two rows of data more: for worth, and for the offer's own deviation
    seen, lost = observed(3_000)
    policy = factories.policy(caution={"value": 0.5, "source": "s"}, interventions=[
        factories.policy().interventions[1].model_dump()
    ])  # fmt: skip
    one = Observed(seen.risk, seen.sensitivity, (seen.offer == 2).astype(np.intp), seen.bought, seen.eligible[:, :1])
    rate = learn_rates(policy, one, lost).offers[0]
    assumed = np.array([0.15, 0.3])
    x = np.column_stack([lost, lost * seen.sensitivity])
    chance = 1 - lost + x @ (0.5 * assumed)
    weight = 1 / np.maximum(chance * (1 - chance), 0.05)
    own = np.linalg.cholesky(x.T @ (x * weight[:, None]) * 1_000 / 3_000).T
    rows = one.offer == 1
    root = np.sqrt(weight[rows])[:, None]
    design = np.vstack([
        np.array([[2.0, 0, 0]]), np.column_stack([np.zeros(2), own]),
        root * np.column_stack([x[rows] @ assumed, x[rows]]),
    ])  # fmt: skip
    target = np.concatenate([[2.0 * 0.5, 0, 0], root[:, 0] * (seen.bought[rows] - (1 - lost[rows]))])
    worth, *deviation = np.linalg.lstsq(design, target)[0]
    assert (rate.base, rate.gain) == pytest.approx(tuple(worth * assumed + deviation), abs=1e-6)


def test_the_chance_of_no_purchase_is_found_and_rises() -> None:
    seen, _ = observed(100_000)
    found = learn_no_purchase(seen)
    assert np.interp(seen.risk, found.risks, found.chances) == pytest.approx(0.4 + 0.5 * seen.risk, abs=0.03)
    assert list(found.chances) == sorted(found.chances)
    assert "25," in found.source


def test_a_curve_that_is_no_line_is_found_with_more_data() -> None:
    rng = np.random.default_rng(3)
    risk = rng.random(400_000)
    bought = rng.random(400_000) < 1 - (0.3 + 0.6 * risk**3)
    nobody = np.zeros(400_000, np.intp)
    found = learn_no_purchase(Observed(risk, risk, nobody, bought, np.ones((400_000, 1), bool)))
    inside = np.linspace(0.03, 0.97, 50)  # beyond the middle of the last bins the chance stays the same
    assert np.interp(inside, found.risks, found.chances) == pytest.approx(0.3 + 0.6 * inside**3, abs=0.03)


def test_the_learnt_policy_decides_by_the_posterior_and_says_where_it_is_from() -> None:
    seen, lost = observed(20_000)
    found = learn_policy(POLICY, seen, "a test")
    for offer, rate in zip(found.policy.interventions, found.rates.offers, strict=True):
        assert offer.caution is not None
        assert offer.base_recovery_rate.value * (1 - offer.caution.value) == pytest.approx(rate.base)
        assert offer.gain * (1 - offer.caution.value) == pytest.approx(rate.gain)
        assert f"{rate.shoppers:,} matured decisions with this offer (a test)" in offer.base_recovery_rate.source
        assert "counts as 1000 shoppers" in offer.base_recovery_rate.source
    assert found.policy.no_purchase is not None
    assert found.policy.no_purchase.source.endswith("Data: a test.")
    assert POLICY.model_validate_json(found.policy.model_dump_json()) == found.policy
    del lost
