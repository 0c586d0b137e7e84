"""What outcomes say, in a sentence."""

import numpy as np
import pytest

from console.tabs import experiment
from training.experiment.sequential import difference_sequence
from training.offers.ab_test import Analysis, Arm, Size


def analysis(low: float, high: float, sample_ratio: float = 0.5) -> Analysis:
    arms = (Arm("control", 100, 0.1), Arm("mail", 100, 0.2))
    return Analysis(*arms, "rates", (low + high) / 2, (low, high), 0.01, sample_ratio)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (analysis(0.01, 0.05), "mail does better"),
        (analysis(-0.05, -0.01), "mail does worse"),
        (analysis(-0.01, 0.05), "No difference can be told yet"),
        (analysis(0.01, 0.05, sample_ratio=1e-6), "Do not use these outcomes"),
    ],
)
def test_the_verdict_follows_interval_and_split(found: Analysis, said: str) -> None:
    assert said in experiment.verdict(found)


def test_days_are_rounded_up() -> None:
    assert "<dd>3<small>" in experiment.size_html(Size(100, 110), per_day=100)


def test_daily_looks_get_an_interval_of_their_own_that_is_wider() -> None:
    rng = np.random.default_rng(1)
    control, treatment = rng.random(400), rng.random(400) + 0.3
    shown = experiment.sequential_html(control, treatment)
    found = difference_sequence(control, treatment)
    assert f"{found.interval[0]:+.5g} to {found.interval[1]:+.5g}" in shown
    assert "You may stop" in shown
    assert "Go on" in experiment.sequential_html(control, control)
