"""Intervals are counted where the truth is known."""

import numpy as np
import pytest

from training.loop import intervals
from training.loop.world import Shoppers


def test_the_sequential_test_rings_seldom_and_a_test_of_each_look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    assert intervals.sequential_false_alarms(trials=200) <= 0.05
    monkeypatch.setattr(intervals, "half_width", lambda sd, count, _planned, _alpha: 1.96 * sd / np.sqrt(count))
    assert intervals.sequential_false_alarms(trials=200) >= 0.15


def test_the_doubly_robust_interval_holds_the_truth_in_most_logs(shoppers: Shoppers) -> None:
    assert 0.85 <= intervals.doubly_robust_coverage(shoppers, logs=40, decisions=5_000) <= 1.0
