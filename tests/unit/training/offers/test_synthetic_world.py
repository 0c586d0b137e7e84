"""Worlds of twin shoppers, whose true risk is known."""

from lambda_fn.registry import Artefact
from training.offers.synthetic_world import worlds


def test_the_worlds_go_from_right_assumptions_to_a_quarter_of_them(model: Artefact) -> None:
    found = dict(worlds(model, 5_000, 1))
    assert list(found) == [1.0, 0.75, 0.5, 0.25]
    assert found[1.0].policy > found[0.5].policy > 0
