"""A challenger is better when the confidence sequence of the margins says so, on the time that both decided."""

from dataclasses import replace

import numpy as np
import pytest

from lambda_fn.scoring.offers.decision_log import DecisionRecord
from tests.unit.training.experiment.trials import trial
from training.experiment.sequential import difference_sequence
from training.learning.challenger import compare_models
from training.logged.attribution import Matured

ROWS = 4_000


def log(models: np.ndarray) -> Matured:
    records = tuple(
        DecisionRecord(decision_id=str(i), shopper=str(i), time="2026-01-01", offer="none", allowed=("none",),
                       propensities=(1.0,), model=model or None)
        for i, model in enumerate(models.tolist())
    )  # fmt: skip
    zeros = np.zeros(len(models))
    return Matured(records, zeros > 0, zeros, zeros, zeros == 0, 0, 0, 0)


def margins(gain: float, models: np.ndarray) -> np.ndarray:
    return np.asarray(np.random.default_rng(5).normal(2.0, 3.0, len(models)) + gain * (models == "v2"))


@pytest.mark.parametrize(("gain", "verdict"), [(1.0, "better"), (-1.0, "worse"), (0.0, "go on")])
def test_the_verdict_is_that_of_the_confidence_sequence(gain: float, verdict: str) -> None:
    models = np.where(np.random.default_rng(1).random(ROWS) < 0.3, "v2", "v1")
    models[0], models[1], models[-2], models[-1] = "v1", "v2", "v2", "v1"
    margin = margins(gain, models)
    found = compare_models(log(models), trial(ROWS, margin=margin), "v1", planned=ROWS)
    inside = np.arange(ROWS)[1:-1]
    control, treatment = (margin[inside][models[inside] == one] for one in ("v1", "v2"))
    expected = difference_sequence(control, treatment, ROWS)
    assert len(found) == 1
    assert (found[0].champion, found[0].challenger, found[0].verdict) == ("v1", "v2", verdict)
    assert (found[0].difference, *found[0].interval) == pytest.approx((expected.estimate, *expected.interval))


def test_only_the_time_in_which_both_decided_counts_and_each_shopper_once() -> None:
    # Given a champion that decided alone for half of the time, when margins were far lower
    models = np.array(["v1"] * 2_000 + ["v1", "v2"] * 1_000)
    margin = np.where(np.arange(ROWS) < 2_000, -100.0, margins(0.0, models))
    shopper = np.arange(ROWS)
    shopper[-10:] = shopper[-20:-10]
    found = compare_models(log(models), trial(ROWS, margin=margin, shopper=shopper), "v1", planned=ROWS)[0]
    assert found.champion_shoppers + found.challenger_shoppers == 2_000 - 10 - 1
    assert found.verdict == "go on"


def test_nothing_is_said_of_few_shoppers_other_models_or_unknown_margins() -> None:
    models = np.array(["v1"] * 3_900 + ["v2"] * 50 + [""] * 50)
    whole = trial(ROWS, margin=margins(0.0, models))
    assert compare_models(log(models), whole, "v1") == []
    assert compare_models(log(models), whole, "v9") == []
    assert compare_models(log(models), replace(whole, margin=None), "v1") == []
