"""A candidate and the champion are compared on the very same shoppers."""

import numpy as np

from training.release.champion import paired


def world(n: int = 4_000, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    truth = rng.random(n)
    labels = (rng.random(n) < truth).astype(np.int8)
    return labels, truth, np.clip(truth + rng.normal(0, noise, n), 0, 1)


def test_a_model_beside_itself_is_neither_better_nor_worse() -> None:
    labels, p, _ = world()
    found = paired(p, p, labels, 0.5, "v1")
    assert (found.f1_difference, found.f1_interval, found.roc_auc_interval) == (0.0, (0.0, 0.0), (0.0, 0.0))
    assert not found.worse


def test_a_clearly_worse_model_is_found_worse_and_the_champion_not() -> None:
    labels, better, worse = world(noise=0.4)
    assert paired(worse, better, labels, 0.5, "v1").worse
    assert not paired(better, worse, labels, 0.5, "v1").worse


def test_pairing_finds_what_separate_intervals_would_hide() -> None:
    # Given two models whose F1 intervals overlap by far, one a little worse on the very same rows
    labels, better, worse = world(noise=0.2)
    found = paired(worse, better, labels, 0.5, "v1")
    assert found.worse
    assert found.f1_interval[1] - found.f1_interval[0] < 0.05
