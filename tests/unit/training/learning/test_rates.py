"""What is learnt is the truth where there are many data, and the assumption where there are none."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import block_diag
from scipy.stats import multivariate_normal

from tests import factories
from tests.unit.training.learning.logs import observed
from training.learning.no_purchase import learn_baseline
from training.learning.observed import Observed
from training.learning.rates import Rate, Rates, learn_rates, log_evidence

POLICY = factories.policy(caution={"value": 0.5, "source": "s"})


def learnt(seen: Observed) -> Rates:
    return learn_rates(POLICY, seen, learn_baseline(seen))


def test_without_data_the_assumption_times_trust_stays() -> None:
    seen, _ = observed(500)
    idle = Observed(seen.risk, seen.sensitivity, np.zeros(500, np.intp), seen.bought, seen.eligible)
    rates = learnt(idle)
    assert [(rate.base, rate.gain) for rate in rates.offers] == [
        pytest.approx((0.025, 0.0), abs=1e-6), pytest.approx((0.075, 0.15), abs=1e-6),
        pytest.approx((0.1, 0.2), abs=1e-6),
    ]  # fmt: skip
    assert [rate.caution for rate in rates.offers] == [0.5, 0.5, 0.5]


def test_with_many_data_the_truth_is_found_and_caution_goes() -> None:
    rates = learnt(observed(200_000)[0])
    for rate, base, gain in zip(rates.offers, (0.03, 0.09, 0.12), (0.0, 0.18, 0.24), strict=True):
        assert rate.base == pytest.approx(base, abs=4 * np.sqrt(rate.covariance[0, 0]))
        assert rate.gain == pytest.approx(gain, abs=4 * np.sqrt(rate.covariance[1, 1]))
        assert rate.interval()[0] < rate.base < rate.interval()[1]
        assert rate.caution == pytest.approx(0.5 * rates.prior_shoppers / (rates.prior_shoppers + rate.shoppers))
        assert rate.shoppers > 49_000


def test_the_posterior_is_ridge_regression_on_stacked_prior_rows() -> None:
    # Given one offer, the prior may be written as rows of data more
    seen, _ = observed(3_000)
    policy = factories.policy(caution={"value": 0.5, "source": "s"}, interventions=[
        factories.policy().interventions[1].model_dump()
    ])  # fmt: skip
    one = Observed(seen.risk, seen.sensitivity, (seen.offer == 2).astype(np.intp), seen.bought, seen.eligible[:, :1])
    baseline = learn_baseline(one)
    assumed, offered, lost = np.array([0.15, 0.3]), one.offer == 1, baseline.at(seen.risk)
    x, line = np.column_stack([lost, lost * seen.sensitivity]), np.column_stack([np.ones(3_000), seen.risk])
    bin_of = (np.minimum(seen.risk * 20, 19).astype(int)[:, None] == np.arange(20)).astype(float)

    def roots(guess: np.ndarray) -> np.ndarray:
        chance = 1 - lost + x @ guess
        return np.asarray(1 / np.sqrt(np.maximum(chance * (1 - chance), 0.05)))[:, None]

    def prior_rows(columns: np.ndarray, shoppers: float) -> np.ndarray:
        return np.asarray(np.linalg.cholesky(columns.T @ columns * shoppers / 3_000).T)

    guessed, untreated = roots(0.5 * assumed), roots(np.zeros(2))
    blocks = ((x * guessed, 2_000), (line * untreated, 100), (bin_of * untreated, 10_000))
    priors = block_diag([[2.0]], *(prior_rows(columns, shoppers) for columns, shoppers in blocks))
    rows = np.column_stack([x @ assumed * offered, x * offered[:, None], line, bin_of])
    root = np.where(offered[:, None], guessed, untreated)
    surprise = seen.bought - (1 - baseline.line[0] - baseline.line[1] * seen.risk)
    risk_is_chance = np.concatenate([[0.5, 0, 0], baseline.line - [0, 1], np.zeros(20)])
    design, target = np.vstack([priors, root * rows]), np.concatenate([priors @ risk_is_chance, root[:, 0] * surprise])
    expected = np.linalg.lstsq(design, target)[0]

    found = learn_rates(policy, one, baseline, 2_000)
    rate = found.offers[0]
    assert (rate.base, rate.gain) == pytest.approx(tuple(expected[0] * assumed + expected[1:3]), abs=1e-6)
    assert found.too_high == pytest.approx(expected[3] + expected[4] * baseline.centre + expected[5:], abs=1e-6)
    spread = np.hstack([assumed[:, None], np.eye(2), np.zeros((2, 22))])
    assert rate.covariance == pytest.approx(spread @ np.linalg.inv(design.T @ design) @ spread.T, rel=1e-4)


def test_the_evidence_is_the_density_of_the_data_under_the_prior() -> None:
    rng = np.random.default_rng(2)
    x, weight, expected = rng.normal(size=(40, 3)), rng.uniform(1, 3, 40), np.array([0.5, 0.0, -0.2])
    y = x @ [0.4, 0.3, 0.0] + rng.normal(size=40) / np.sqrt(weight)
    priors = [np.diag([4.0, shoppers, shoppers]) for shoppers in (0.5, 20.0)]
    densities = [
        multivariate_normal(x @ expected, x @ np.linalg.inv(prior) @ x.T + np.diag(1 / weight)).logpdf(y)
        for prior in priors
    ]
    gram, moment = x.T @ (x * weight[:, None]), x.T @ (weight * y)
    found = [log_evidence(prior, expected, gram, moment) for prior in priors]
    assert found[1] - found[0] == pytest.approx(densities[1] - densities[0])


def test_assumptions_count_for_more_where_offers_do_as_assumed() -> None:
    # Given offers that do 0.6 of what is assumed, each alike, and offers of which one does what another is assumed to
    alike, _ = observed(60_000)
    rng, lost = np.random.default_rng(6), 0.4 + 0.5 * alike.risk
    swapped = np.array([0, 0.20, 0.05, 0.0])[alike.offer]
    mixed = replace(alike, bought=rng.random(60_000) < 1 - lost + lost * swapped)
    assert learnt(alike).prior_shoppers >= 4_000
    assert learnt(mixed).prior_shoppers == 500


def test_an_error_of_the_line_is_no_effect_of_offers() -> None:
    # Given a line that is 0.05 too high at every risk
    seen, _ = observed(100_000)
    right = learn_baseline(seen)
    wrong = replace(right, line=right.line + np.array([0.05, 0.0]))
    for one, other in zip(
        learn_rates(POLICY, seen, right).offers, learn_rates(POLICY, seen, wrong).offers, strict=True
    ):
        assert (other.base, other.gain) == pytest.approx((one.base, one.gain), abs=1e-6)
    moved = learn_rates(POLICY, seen, wrong).too_high - learn_rates(POLICY, seen, right).too_high
    assert moved == pytest.approx(np.full(20, 0.05), abs=1e-6)


def test_few_shoppers_without_an_offer_leave_every_rate_unsure() -> None:
    seen, _ = observed(20_000)
    kept = (seen.offer > 0) | (np.arange(20_000) % 50 == 0)
    few = Observed(seen.risk[kept], seen.sensitivity[kept], seen.offer[kept], seen.bought[kept], seen.eligible[kept])
    whole, part = (learn_rates(POLICY, log, learn_baseline(log), 1_000) for log in (seen, few))
    for one, other in zip(whole.offers, part.offers, strict=True):
        assert np.sqrt(other.covariance[0, 0]) > 1.1 * np.sqrt(one.covariance[0, 0])


def test_a_base_below_0_takes_its_gain_along() -> None:
    # Given a rate of 0 that noise tilts: the base below 0, the gain above
    covariance = np.array([[0.02, -0.03], [-0.03, 0.06]]) / 100
    base, gain = Rate(-0.02, 0.04, covariance, 500, 0.1).possible()
    assert base == 0
    assert gain == pytest.approx(0.04 - 1.5 * 0.02)
    assert Rate(0.02, 0.04, covariance, 500, 0.1).possible() == (0.02, 0.04)
