"""Effects equal formulas written out here, and hold the truth as often as they say."""

import math

import numpy as np
import pytest
from scipy import stats

from tests.unit.training.experiment.trials import trial
from training.experiment.effects import (
    ADJUSTED,
    NEWCOMBE,
    WEIGHTED,
    WELCH,
    Comparison,
    estimate_effects,
    holm,
    interactions,
)
from training.experiment.trial import Trial


def wilson(ones: int, of: int) -> tuple[float, float]:
    z = stats.norm.ppf(0.975)
    rate = ones / of
    centre, half = rate + z**2 / (2 * of), z * math.sqrt(rate * (1 - rate) / of + z**2 / (4 * of**2))
    return (centre - half) / (1 + z**2 / of), (centre + half) / (1 + z**2 / of)


def newcombe(a: int, n: int, b: int, m: int) -> tuple[float, float]:
    p, q = a / n, b / m
    (low_p, high_p), (low_q, high_q) = wilson(a, n), wilson(b, m)
    return (
        p - q - math.sqrt((p - low_p) ** 2 + (high_q - q) ** 2),
        p - q + math.sqrt((high_p - p) ** 2 + (q - low_q) ** 2),
    )


def compare(found: Comparison | None) -> Comparison:
    assert found is not None
    return found


def sandwich(y: np.ndarray, x: np.ndarray, weight: np.ndarray, cluster: np.ndarray) -> tuple[float, float]:
    """Return the second coefficient and its clustered error, in plain matrices."""
    bread = np.linalg.inv(x.T @ (x * weight[:, None]))
    beta = bread @ x.T @ (weight * y)
    scores = x * (weight * (y - x @ beta))[:, None]
    sums = np.array([scores[cluster == one].sum(axis=0) for one in np.unique(cluster)])
    groups, (n, k) = len(sums), x.shape
    covariance = bread @ (sums.T @ sums) @ bread * groups / (groups - 1) * (n - 1) / (n - k)
    return float(beta[1]), float(np.sqrt(covariance[1, 1]))


def test_a_plain_trial_gets_newcombe_and_welch() -> None:
    data = trial()
    for number, effect in enumerate(estimate_effects(data), start=1):
        with_, without = data.arm == number, data.arm == 0
        counts = (data.bought[with_].sum(), with_.sum(), data.bought[without].sum(), without.sum())
        assert effect.plain
        conversion = compare(effect.conversion)
        assert conversion.method == NEWCOMBE
        assert conversion.interval == pytest.approx(newcombe(*map(int, counts)), abs=1e-9)
        # The score test: pooled variance, times n / (n - 1)
        total, pooled = counts[1] + counts[3], (counts[0] + counts[2]) / (counts[1] + counts[3])
        error = math.sqrt(pooled * (1 - pooled) * (1 / counts[1] + 1 / counts[3]) * total / (total - 1))
        assert conversion.p_value == pytest.approx(2 * stats.norm.sf(abs(conversion.difference) / error), abs=1e-9)
        for measure, values in (("revenue", data.revenue), ("margin", data.margin)):
            assert values is not None
            found = compare(getattr(effect, measure))
            expected = stats.ttest_ind(values[with_], values[without], equal_var=False)
            assert found.method == WELCH
            assert found.p_value == pytest.approx(expected.pvalue, abs=1e-12)
            assert found.interval == pytest.approx(tuple(expected.confidence_interval(0.95)), abs=1e-9)
            assert found.standard_error == pytest.approx(
                math.sqrt(values[with_].var(ddof=1) / with_.sum() + values[without].var(ddof=1) / without.sum())
            )


def test_the_adjusted_effect_is_lins_regression_with_hc1_errors() -> None:
    rng = np.random.default_rng(8)
    expected = rng.lognormal(2, 0.5, 3_000)
    data = trial(margin=expected + rng.normal(0, 1, 3_000), covariate=expected)
    assert data.margin is not None
    assert data.covariate is not None
    rows = data.arm <= 1
    treated, x = (data.arm[rows] == 1).astype(float), data.covariate[rows]
    design = np.column_stack([np.ones(len(x)), treated, x - x.mean(), (x - x.mean()) * treated])
    value, error = sandwich(data.margin[rows], design, np.ones(len(x)), np.arange(len(x)))
    found = compare(estimate_effects(data)[0].margin_adjusted)
    assert found.method == ADJUSTED
    assert found.difference == pytest.approx(value, abs=1e-9)
    assert found.standard_error == pytest.approx(error, abs=1e-9)
    z = stats.norm.ppf(0.975)
    assert found.interval == pytest.approx((value - z * error, value + z * error), abs=1e-9)
    # And it is surer than the plain difference, as the covariate explains the margin
    plain = compare(estimate_effects(data)[0].margin).standard_error
    assert plain is not None
    assert error < plain


def uneven(rows: int = 4_000, seed: int = 2) -> Trial:
    """Return a log in which who buys more gets the mail more often: the plain difference is wrong."""
    rng = np.random.default_rng(seed)
    eager = rng.random(rows) < 0.5
    chance = np.where(eager, 0.8, 0.2)
    arm = (rng.random(rows) < chance).astype(np.intp)
    bought = rng.random(rows) < 0.1 + 0.3 * eager + 0.05 * arm
    return trial(
        rows, shares=(0.5, 0.5), arm=arm, bought=bought, propensities=np.column_stack([1 - chance, chance]),
        shopper=np.arange(rows) // 2, revenue=10.0 * bought, margin=3.0 * bought,
    )  # fmt: skip


def test_uneven_propensities_are_weighted_and_repeated_shoppers_clustered() -> None:
    data = uneven()
    effect = estimate_effects(data)[0]
    weight = 1 / data.propensities[np.arange(len(data.arm)), data.arm]
    design = np.column_stack([np.ones(len(weight)), data.arm])
    value, error = sandwich(data.bought.astype(float), design, weight, data.shopper)
    found = compare(effect.conversion)
    assert not effect.plain
    assert found.method == WEIGHTED
    assert found.difference == pytest.approx(value, abs=1e-9)
    assert found.standard_error == pytest.approx(error, abs=1e-9)
    assert found.interval[0] < 0.05 < found.interval[1]
    assert data.bought[data.arm == 1].mean() - data.bought[data.arm == 0].mean() > 0.15


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    intervals = [compare(estimate_effects(uneven(400, seed))[0].conversion).interval for seed in range(60)]
    assert 52 <= sum(low <= 0.05 <= high for low, high in intervals) <= 60


def test_holm_multiplies_the_smallest_most() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
    found = [compare(effect.conversion) for effect in estimate_effects(trial())]
    assert [one.p_holm for one in found] == pytest.approx(holm([one.p_value for one in found]))


def test_arms_of_a_trial_are_summed_up() -> None:
    data = trial()
    assert data.margin is not None
    effect = estimate_effects(data)[1]
    mine = data.arm == 2
    assert effect.treated.decisions == mine.sum()
    assert effect.treated.conversions == data.bought[mine].sum()
    assert effect.treated.sd_margin == pytest.approx(data.margin[mine].std(ddof=1))
    assert effect.none.mean_revenue == pytest.approx(data.revenue[data.arm == 0].mean())


def test_a_small_arm_is_counted_and_not_compared() -> None:
    data = trial(60, shares=(0.8, 0.2))
    effect = estimate_effects(data)[0]
    assert effect.treated.decisions < 30
    assert (effect.conversion, effect.revenue, effect.margin, effect.margin_adjusted) == (None, None, None, None)


def test_an_offer_to_which_nobody_responds_has_no_effect() -> None:
    data = trial(bought=np.zeros(3_000, bool), revenue=np.zeros(3_000), margin=None)
    found = estimate_effects(data)[0]
    assert (compare(found.conversion).p_value, compare(found.revenue).p_value, found.margin) == (1.0, 1.0, None)


def test_who_responds_is_found_where_it_is_so() -> None:
    rng = np.random.default_rng(5)
    signal, idle = rng.random(6_000), rng.random(6_000)
    arm = trial(6_000, shares=(0.5, 0.5)).arm
    data = trial(6_000, shares=(0.5, 0.5), bought=rng.random(6_000) < 0.1 + 0.4 * signal * arm)
    found = {one["signal"]: one for one in interactions(data, {"sensitivity": signal, "p": idle})}
    assert found["sensitivity"]["p_holm"] < 0.001
    assert found["sensitivity"]["interval"][0] < 0.4 * signal.std() < found["sensitivity"]["interval"][1]
    assert found["p"]["p_holm"] > 0.05
