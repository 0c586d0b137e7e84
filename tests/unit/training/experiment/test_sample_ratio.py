"""A split that is not the log's stops everything."""

import numpy as np
import pytest
from scipy.stats import chisquare

from tests.unit.training.experiment.trials import trial
from training.experiment.sample_ratio import check_sample_ratio


def test_with_one_propensity_for_all_it_is_pearsons_test() -> None:
    data = trial()
    counts = np.bincount(data.arm)
    expected = chisquare(counts, len(data.arm) * np.array([0.5, 0.3, 0.2]))
    found = check_sample_ratio(data)
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.degrees_of_freedom, found.observed, found.broken) == (2, tuple(counts), False)


def test_rounded_propensities_are_no_alarm() -> None:
    arm = np.tile([0, 1, 2], 20_000)
    data = trial(60_000, arm=arm, propensities=np.full((60_000, 3), 0.3333))
    assert check_sample_ratio(data).p_value > 0.99


def test_lost_shoppers_of_one_arm_are_noticed() -> None:
    data = trial(20_000)
    kept = (data.arm != 1) | (np.arange(20_000) % 8 > 0)
    found = check_sample_ratio(
        trial(int(kept.sum()), arm=data.arm[kept], propensities=data.propensities[kept], shopper=data.shopper[kept])
    )
    assert found.broken


def test_repeated_shoppers_count_once() -> None:
    # Given everybody of one arm three times
    data = trial(2_000)
    arm, shopper = np.concatenate([data.arm, *[data.arm[data.arm == 1]] * 2]), data.shopper
    again = np.concatenate([shopper, *[shopper[data.arm == 1]] * 2])
    rows = len(arm)
    found = check_sample_ratio(trial(rows, arm=arm, shopper=again, propensities=np.tile([0.5, 0.3, 0.2], (rows, 1))))
    assert (found.shoppers, found.broken) == (2_000, False)


def test_an_impossible_action_breaks_it() -> None:
    data = trial(1_000)
    pi = data.propensities.copy()
    pi[0] = np.eye(3)[(data.arm[0] + 1) % 3]
    found = check_sample_ratio(trial(1_000, propensities=pi))
    assert (found.impossible, found.p_value, found.broken) == (1, 0.0, True)


def test_false_alarms_are_as_rare_as_said_with_propensities_of_each_shopper() -> None:
    rng = np.random.default_rng(3)
    p_values = []
    for seed in range(300):
        pi = rng.dirichlet([1, 1, 1], 500)
        arm = (rng.random((500, 1)) > pi.cumsum(axis=1)).sum(axis=1)
        p_values.append(check_sample_ratio(trial(500, seed, arm=arm, propensities=pi)).p_value)
    assert 0.02 <= np.mean(np.array(p_values) < 0.05) <= 0.09
