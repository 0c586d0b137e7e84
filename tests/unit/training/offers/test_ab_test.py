"""A/B tests are sized and analysed by the book."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from training.cli.app import app
from training.errors import DataRefused
from training.offers.ab_test import analyse, read_outcomes, sample_ratio_p_value, sample_size


def rates(ones: int, of: int) -> np.ndarray:
    return np.repeat([1.0, 0.0], [ones, of - ones])


def test_the_size_is_the_textbooks() -> None:
    # 5 % -> 6 %, power 0.8, significance 0.05: Cohen's h = 0.0439, n = 2 * ((1.95996 + 0.84162) / h)^2 / 2 a side
    h = 2 * (np.arcsin(np.sqrt(0.06)) - np.arcsin(np.sqrt(0.05)))
    expected = np.ceil(2 * ((1.959964 + 0.841621) / h) ** 2)
    needed = sample_size(0.05, 0.01)
    assert needed.control == needed.treatment == pytest.approx(expected, abs=1)


def test_a_small_arm_makes_the_other_one_larger() -> None:
    even, uneven = sample_size(0.05, 0.01), sample_size(0.05, 0.01, share=0.1)
    assert uneven.treatment == pytest.approx(uneven.control / 9, abs=1)
    assert uneven.control > even.control > uneven.treatment


@pytest.mark.parametrize(("baseline", "lift"), [(0.0, 0.1), (0.5, 0.6), (0.5, 0.0)])
def test_impossible_rates_are_refused(baseline: float, lift: float) -> None:
    with pytest.raises(DataRefused, match="between 0 and 1"):
        sample_size(baseline, lift)


def test_rates_are_compared_with_interval_and_p_value() -> None:
    found = analyse(rates(100, 2_000), rates(140, 2_000))
    assert found.method.startswith("rates")
    assert found.difference == pytest.approx(0.02)
    assert found.interval == pytest.approx((0.0050, 0.0350), abs=0.001)
    assert found.p_value == pytest.approx(0.0079, abs=0.002)  # z = 2.66 by the pooled test
    assert found.trustworthy


def test_amounts_are_compared_by_welchs_t() -> None:
    rng = np.random.default_rng(1)
    found = analyse(rng.normal(10, 2, 500), rng.normal(10.5, 4, 500))
    assert found.method == "amounts: Welch's t"
    assert found.interval[0] < 0.5 < found.interval[1]


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(200):
        control, treatment = (rng.random(400) < 0.2).astype(float), (rng.random(400) < 0.25).astype(float)
        low, high = analyse(control, treatment).interval
        covered += low <= 0.05 <= high
    assert 180 <= covered <= 199


def test_a_broken_split_is_noticed() -> None:
    assert not analyse(rates(50, 2_000), rates(50, 1_500)).trustworthy
    assert analyse(rates(50, 1_800), rates(5, 200), share=0.1).trustworthy


def test_outcomes_are_read_by_arm(tmp_path: Path) -> None:
    path = tmp_path / "ab.csv"
    path.write_text("user_id,arm,bought\n1,control,0\n2,new,1\n3,control,1\n")
    arms = read_outcomes(path, "arm", "bought", "control")
    assert {name: values.tolist() for name, values in arms.items()} == {"control": [0, 1], "new": [1]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("arm,bought\ncontrol,0\n", "must name two arms or more"),
        ("arm,bought\na,0\nb,0\n", "one of them 'control'; it names a, b"),
        ("arm,bought\ncontrol,x\nnew,1\n", "1 outcomes are missing or not numbers"),
        ("arm,bought\ncontrol,0\nnew,1\n,1\n", "arm: 1 rows name no arm"),
        ("group,bought\ncontrol,1\n", "cannot be read with columns 'arm' and 'bought'"),
    ],
)
def test_outcomes_that_cannot_be_compared_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "ab.csv"
    path.write_text(text)
    with pytest.raises(DataRefused, match=message):
        read_outcomes(path, "arm", "bought", "control")


def test_tiny_arms_are_refused() -> None:
    with pytest.raises(DataRefused, match="at least 30"):
        analyse(rates(1, 10), rates(1, 100))


@pytest.mark.parametrize(
    "wrong", [{"power": 1.5}, {"power": 0.0}, {"significance": 0.0}, {"share": 1.0}, {"share": float("nan")}]
)
def test_a_size_is_asked_for_with_shares_only(wrong: dict[str, float]) -> None:
    with pytest.raises(DataRefused, match=f"{next(iter(wrong))} must lie between 0 and 1"):
        sample_size(0.05, 0.01, **wrong)


@pytest.mark.parametrize("wrong", [{"confidence": 95.0}, {"confidence": 0.0}, {"share": 1.0}])
def test_arms_are_compared_with_shares_only(wrong: dict[str, float]) -> None:
    with pytest.raises(DataRefused, match=f"{next(iter(wrong))} must lie between 0 and 1"):
        analyse(rates(10, 100), rates(20, 100), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("ones", [0, 100])
def test_outcomes_that_are_all_the_same_are_refused(ones: int) -> None:
    with pytest.raises(DataRefused, match="nothing to compare"):
        analyse(rates(ones, 100), rates(ones, 100))


def test_the_split_of_many_arms_is_checked_at_once() -> None:
    assert sample_ratio_p_value([600, 200, 200], 0.4) == pytest.approx(1.0)
    assert sample_ratio_p_value([600, 260, 140], 0.4) < 0.001


def test_the_command_takes_any_number_of_arms_and_looks_every_day(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rates = {"control": 0.2, "a": 0.4, "b": 0.2}
    rows = [f"{arm},{int(rng.random() < rate)}" for arm, rate in rates.items() for _ in range(900)]
    path = tmp_path / "arms.csv"
    path.write_text("arm,outcome\n" + "\n".join(rows))
    command = ["experiment", "analyse", str(path), "--share", str(2 / 3), "--sequential", "--planned", "1800"]
    outcome = CliRunner().invoke(app, command)
    assert outcome.exit_code == 0, outcome.output
    first, second = (float(line) for line in outcome.stdout.split())
    assert first == pytest.approx(0.2, abs=0.08)
    assert second == pytest.approx(0.0, abs=0.08)
    told = " ".join(outcome.stderr.split())
    assert told.count("by Holm over 2 arms") == 2
    assert told.count("it excludes 0: stop") == 1
    assert told.count("it does not exclude 0") == 1
