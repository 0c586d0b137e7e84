"""A confidence sequence may be looked at as often as one likes."""

import numpy as np
import pytest

from training.experiment.sequential import difference_sequence, half_width, mean_sequence, tuning


def test_the_width_is_the_published_formula_written_out() -> None:
    # alpha = 0.05, n = planned = 1000: n rho^2 = -2 log 0.05 + log(-2 log 0.05) + 1
    x = 5.991464547107979 + 1.7903360106660105 + 1
    expected = np.sqrt(2 * (x + 1) / (1000 * x) * np.log(np.sqrt(x + 1) / 0.05))
    assert tuning(1000, 0.05) ** 2 * 1000 == pytest.approx(x)
    assert half_width(1.0, 1000, 1000, 0.05) == pytest.approx(expected)


def test_it_is_about_one_and_a_half_times_as_wide_as_a_single_look() -> None:
    single = 1.96 / np.sqrt(50_000)
    assert 1.5 < half_width(1.0, 50_000, 50_000, 0.05) / single < 1.65


def test_a_mean_and_a_difference_are_centred_and_wide_as_said() -> None:
    rng = np.random.default_rng(1)
    control, treatment = rng.normal(1, 1, 700), rng.normal(3, 2, 300)
    one, both = mean_sequence(control, 1000), difference_sequence(control, treatment, 1000)
    assert one.interval[1] - one.estimate == pytest.approx(half_width(control.std(ddof=1), 700, 1000, 0.05))
    sd = np.sqrt(1000 * (control.var(ddof=1) / 700 + treatment.var(ddof=1) / 300))
    assert both.estimate == pytest.approx(treatment.mean() - control.mean())
    assert both.estimate - both.interval[0] == pytest.approx(half_width(sd, 1000, 1000, 0.05))
    assert both.excludes_zero


def test_many_looks_ring_seldom_where_a_test_of_each_rings_often() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(0, 1, (1_000, 3_000))
    count = np.arange(100, 3_001, 100)
    means = np.abs(values.cumsum(axis=1)[:, count - 1] / count)
    assert (means > half_width(1.0, count, 1_500, 0.05)).any(axis=1).mean() < 0.05
    assert (means > 1.96 / np.sqrt(count)).any(axis=1).mean() > 0.2
