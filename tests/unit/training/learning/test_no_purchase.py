"""The chance of no purchase is found, rises, and is corrected as a line."""

import numpy as np
import pytest

from tests.unit.training.learning.logs import observed
from training.learning.no_purchase import fit_line, learn_baseline
from training.learning.observed import Observed


def test_the_chance_of_no_purchase_is_found_and_rises() -> None:
    seen, _ = observed(100_000)
    found = learn_baseline(seen)
    assert found.at(seen.risk) == pytest.approx(0.4 + 0.5 * seen.risk, abs=0.03)
    assert found.line == pytest.approx([0.4, 0.5], abs=0.03)
    assert found.chances.tolist() == sorted(found.chances)
    assert found.shoppers == (seen.offer == 0).sum()


def test_a_curve_that_is_no_line_is_found_with_more_data() -> None:
    rng = np.random.default_rng(3)
    risk = rng.random(400_000)
    bought = rng.random(400_000) < 1 - (0.3 + 0.6 * risk**3)
    nobody = np.zeros(400_000, np.intp)
    found = learn_baseline(Observed(risk, risk, nobody, bought, np.ones((400_000, 1), bool)))
    inside = np.linspace(0.03, 0.97, 50)  # beyond the middle of the last bins the chance stays the same
    assert found.at(inside) == pytest.approx(0.3 + 0.6 * inside**3, abs=0.03)


def test_a_policy_states_rising_chances_of_the_bins_that_have_shoppers() -> None:
    seen, _ = observed(5_000)
    found = learn_baseline(seen.take(seen.risk < 0.5))
    stated = found.stated(np.linspace(0.6, -0.1, 20))
    assert len(stated.risks) == 10
    assert stated.chances == pytest.approx([np.average(np.linspace(0.6, -0.1, 20)[:10], weights=found.share[:10])] * 10)
    assert f"{found.shoppers:,} matured decisions without an offer" in stated.source


def test_the_line_is_weighted_least_squares() -> None:
    rng = np.random.default_rng(1)
    x, y, weight = rng.random(50), rng.random(50), rng.random(50)
    slope, intercept = np.polyfit(x, y, 1, w=np.sqrt(weight))
    assert fit_line(x, y, weight) == pytest.approx((intercept, slope))
