"""Off-policy values equal formulas written out here; what a log cannot tell is refused."""

import numpy as np
import pytest

from training.experiment.off_policy import LoggedActions, doubly_robust_scores, evaluate


def log(rows: int = 4_000, seed: int = 1, chance: float = 0.3, twice: bool = False) -> tuple[LoggedActions, np.ndarray]:
    """Return a log in which action 1 earns x and action 0 earns 1, and the actions of the policy "1 where x > 1"."""
    rng = np.random.default_rng(seed)
    x = rng.normal(1, 1, rows)
    action = (rng.random(rows) < chance).astype(np.intp)
    amount = np.where(action == 1, x, 1.0) + rng.normal(0, 1, rows)
    pi = np.tile([1 - chance, chance], (rows, 1))
    cluster = np.arange(rows) // (2 if twice else 1)
    return LoggedActions(action, amount, pi, x[:, None], cluster), (x > 1).astype(np.intp)


TRUTH = 1 + 1 / np.sqrt(2 * np.pi)  # E max(x, 1) for x normal around 1


def test_the_doubly_robust_value_is_the_formula() -> None:
    data, target = log()
    x, even = data.features[:, 0], data.cluster % 2 == 0
    mu = np.empty((len(x), 2))
    for fold in (even, ~even):
        for action in (0, 1):
            rows = ~fold & (data.action == action)
            mu[fold, action] = np.polyval(np.polyfit(x[rows], data.amount[rows], 1), x[fold])
    rows = np.arange(len(x))
    w = (data.action == target) / data.propensities[rows, data.action]
    scores = mu[rows, target] + w * (data.amount - mu[rows, data.action])
    assert doubly_robust_scores(data, target) == pytest.approx(scores, abs=1e-4)  # the ridge is all but nothing
    found = evaluate(data, target, np.zeros(len(x), np.intp))
    assert found.doubly_robust.value == pytest.approx(scores.mean(), abs=1e-5)
    assert found.doubly_robust.standard_error == pytest.approx(scores.std(ddof=1) / np.sqrt(len(x)), abs=1e-5)
    assert found.effective_sample == pytest.approx(w.sum() ** 2 / (w**2).sum())
    snips = (w * data.amount).sum() / w.sum()
    assert found.self_normalised.value == pytest.approx(snips)
    influence = w * (data.amount - snips) / w.mean()
    assert found.self_normalised.standard_error == pytest.approx(influence.std(ddof=1) / np.sqrt(len(x)), rel=1e-6)
    assert found.overlap == pytest.approx((data.action == target).mean())
    assert found.refusals == ()


def test_the_gain_is_the_difference_of_scores() -> None:
    data, target = log()
    current = np.zeros(len(target), np.intp)
    difference = doubly_robust_scores(data, target) - doubly_robust_scores(data, current)
    found = evaluate(data, target, current).gain
    assert found.value == pytest.approx(difference.mean())
    assert evaluate(data, target, target).gain.value == 0


@pytest.mark.parametrize("twice", [False, True])
def test_intervals_hold_the_truth(twice: bool) -> None:
    held = {"dr": 0, "snips": 0}
    for seed in range(100):
        data, target = log(1_000, seed, twice=twice)
        found = evaluate(data, target, target)
        for name, one in (("dr", found.doubly_robust), ("snips", found.self_normalised)):
            held[name] += one.interval[0] <= TRUTH <= one.interval[1]
    assert 89 <= held["dr"] <= 100
    assert 89 <= held["snips"] <= 100


def test_repeating_every_row_does_not_make_it_surer() -> None:
    data, target = log()
    double = LoggedActions(*(np.concatenate([field, field]) for field in (
        data.action, data.amount, data.propensities, data.features, data.cluster
    )))  # fmt: skip
    once, again = evaluate(data, target, target), evaluate(double, np.tile(target, 2), np.tile(target, 2))
    assert again.doubly_robust.standard_error == pytest.approx(once.doubly_robust.standard_error, rel=1e-3)


def test_an_action_that_was_never_tried_is_refused() -> None:
    data, target = log(chance=0.0)
    found = evaluate(data, target, np.zeros(len(target), np.intp))
    assert any(text.startswith("untried-action") for text in found.refusals)


def test_too_small_an_effective_sample_is_refused() -> None:
    data, target = log(400, chance=0.05)
    assert any(text.startswith("effective-sample") for text in evaluate(data, target, target).refusals)


def test_propensities_that_are_not_those_of_the_log_are_refused() -> None:
    data, target = log(chance=0.5)
    wrong = LoggedActions(data.action, data.amount, data.propensities * [0.6, 1.4], data.features, data.cluster)
    always = np.ones(len(target), np.intp)
    assert [text.split(":")[0] for text in evaluate(wrong, always, target).refusals] == ["mean-weight"]
    assert evaluate(data, always, target).refusals == ()
