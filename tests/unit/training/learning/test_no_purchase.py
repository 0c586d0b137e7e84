"""The chance of no purchase is found, rises, and is corrected as a line."""

import numpy as np
import pytest

from lambda_fn.scoring.policy import NoPurchase
from tests.unit.training.learning.logs import observed
from training.learning.no_purchase import corrected, fit_line, learn_no_purchase
from training.learning.observed import Observed


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


def test_a_correction_keeps_the_chances_rising_and_possible() -> None:
    known = NoPurchase(risks=(0.0, 0.5, 1.0), chances=(0.05, 0.5, 0.9), source="s")
    assert corrected(known, np.array([0.1, 0.0])).chances == pytest.approx((0.0, 0.4, 0.8))
    assert corrected(known, np.array([0.0, 1.0])).chances == pytest.approx((0.05, 0.05, 0.05))


def test_the_line_is_weighted_least_squares() -> None:
    rng = np.random.default_rng(1)
    x, y, weight = rng.random(50), rng.random(50), rng.random(50)
    slope, intercept = np.polyfit(x, y, 1, w=np.sqrt(weight))
    assert fit_line(x, y, weight) == pytest.approx((intercept, slope))
