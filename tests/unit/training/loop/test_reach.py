"""Figures of the loop are shares of the best or losses; those of the large one stand in docs/experiments.md."""

import pytest

from training.loop.reach import reach, summary
from training.loop.run import Run
from training.loop.world import NO_OFFER_WORKS, WORLDS, Shoppers


def test_figures_are_shares_of_the_best_or_losses() -> None:
    runs = [Run(early=1.0, late=1.5, realised=1.2, best=2.0), Run(early=3.0, late=4.0, realised=2.0, best=4.0)]
    assert summary(runs, loss=False) == pytest.approx({
        "learnt_50k_mean": 0.625, "learnt_50k_worst": 0.5, "learnt_200k_mean": 0.875, "learnt_200k_worst": 0.75,
        "realised_200k": 0.55,
    })  # fmt: skip
    assert summary(runs, loss=True)["learnt_50k_worst"] == 1.0


def test_each_world_has_its_figures_and_costs_and_each_seed_is_said(shoppers: Shoppers) -> None:
    told: list[str] = []
    found = {name: (figures, costs) for name, figures, costs in reach(lambda _seed: shoppers, told.append, [1])}
    assert tuple(found) == WORLDS
    assert [text.split(":")[0] for text in told] == ["seed 1"]
    assert set(found["reshuffled"][0]) == {
        "learnt_50k_mean", "learnt_50k_worst", "learnt_200k_mean", "learnt_200k_worst", "realised_200k",
    }  # fmt: skip
    assert found["reshuffled"][0]["learnt_200k_mean"] > 0.9
    assert found[NO_OFFER_WORKS][0]["learnt_200k_mean"] < 0.1
    assert found[NO_OFFER_WORKS][1].best == 0
