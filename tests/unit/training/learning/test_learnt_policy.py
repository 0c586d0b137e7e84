"""The learnt policy says the posterior, where it is from, and how sure a gain is."""

import numpy as np
import pytest

from lambda_fn.scoring.offers.decider import Signals
from tests import factories
from tests.unit.training.learning.logs import observed
from training.learning.learnt_policy import chance_of_gain, learn_policy

POLICY = factories.policy(caution={"value": 0.5, "source": "s"})


def test_the_learnt_policy_decides_by_the_posterior_and_says_where_it_is_from() -> None:
    seen, _ = observed(20_000)
    found = learn_policy(POLICY, seen, "a test")
    for offer, rate in zip(found.policy.interventions, found.rates.offers, strict=True):
        assert offer.caution is not None
        assert offer.base_recovery_rate.value * (1 - offer.caution.value) == pytest.approx(rate.possible()[0])
        assert offer.gain * (1 - offer.caution.value) == pytest.approx(rate.possible()[1])
        assert f"{rate.shoppers:,} matured decisions with this offer (a test)" in offer.base_recovery_rate.source
        assert f"counts as {found.rates.prior_shoppers} shoppers" in offer.base_recovery_rate.source
    assert found.policy.no_purchase is not None
    assert found.policy.no_purchase.source.endswith("Data: a test.")
    assert POLICY.model_validate_json(found.policy.model_dump_json()) == found.policy


def test_the_chance_of_a_gain_is_that_of_draws_from_the_posterior() -> None:
    seen, _ = observed(3_000)
    found = learn_policy(POLICY, seen, "a test")
    rng = np.random.default_rng(4)
    ones = np.ones(len(seen.risk))
    signals = Signals(seen.risk, rng.uniform(20, 200, len(ones)), seen.sensitivity, ones, ones)
    before, after = np.zeros(len(ones), np.intp), rng.integers(0, 4, len(ones))
    known = found.policy.no_purchase
    assert known is not None
    lost, value = np.interp(signals.risk, known.risks, known.chances), signals.order_value
    means = np.array([[rate.base, rate.gain] for rate in found.rates.offers]).ravel()
    gains = np.zeros(20_000)
    for number, draw in enumerate(rng.multivariate_normal(means, found.rates.covariance, size=20_000)[:, :6]):
        for i, offer in enumerate(found.policy.interventions):
            rows, (base, gain) = after == i + 1, draw[2 * i : 2 * i + 2]
            rate = base + gain * signals.sensitivity[rows]
            discount = offer.share * value[rows]
            earned = lost[rows] * rate * (POLICY.gross_margin_rate.value * value[rows] - discount)
            gains[number] += (earned - (1 - lost[rows]) * discount - offer.fixed_cost.value).sum()
    assert chance_of_gain(found, before, after, signals) == pytest.approx((gains > 0).mean(), abs=0.015)
    assert chance_of_gain(found, after, after, signals) == 0.0
