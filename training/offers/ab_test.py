"""Size and analyse an A/B test, with the formulas of statsmodels and scipy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Floats
from training.errors import DataRefused

SAMPLE_RATIO_ALARM: Final = 0.001  # below this p-value the arms were not split as planned, and nothing else counts
SMALLEST_ARM: Final = 30


@dataclass(frozen=True)
class Size:
    """Shoppers that each arm needs."""

    control: int
    treatment: int


@dataclass(frozen=True)
class Arm:
    """One arm: its name, shoppers and mean outcome."""

    name: str
    shoppers: int
    mean: float


@dataclass(frozen=True)
class Analysis:
    """Treatment less control.

    ``method``: of the interval and the p-value.
    ``difference``: of the mean outcomes.
    ``interval``: of the difference, at the chosen confidence.
    ``p_value``: two-sided.
    ``sample_ratio_p_value``: of the arms' sizes, had the shoppers been split as planned.
    """

    control: Arm
    treatment: Arm
    method: str
    difference: float
    interval: tuple[float, float]
    p_value: float
    sample_ratio_p_value: float

    @property
    def trustworthy(self) -> bool:
        """Return whether the arms were split as planned."""
        return self.sample_ratio_p_value >= SAMPLE_RATIO_ALARM


def sample_size(
    baseline: float, lift: float, *, power: float = 0.8, significance: float = 0.05, share: float = 0.5
) -> Size:
    """Return the shoppers needed to find a rise of a rate from ``baseline`` to ``baseline + lift``, two-sided.

    ``share``: of the shoppers who are in the treatment arm.
    Cohen's arcsine effect size, normal approximation.

    >>> sample_size(0.05, 0.01)  # from 5 % to 6 %
    Size(control=8143, treatment=8143)
    """
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    if not 0 < baseline < 1 or not 0 < baseline + lift < 1 or lift == 0:
        raise DataRefused("baseline and baseline + lift must lie between 0 and 1, and the lift must not be 0")
    _check_inside(share=share, power=power, significance=significance)
    effect = abs(proportion_effectsize(baseline + lift, baseline))
    ratio = share / (1 - share)  # treatment shoppers per control shopper
    control = NormalIndPower().solve_power(effect, alpha=significance, power=power, ratio=ratio)
    return Size(control=math.ceil(control), treatment=math.ceil(control * ratio))


def read_outcomes(path: Path, arm_column: str, outcome_column: str, control: str) -> dict[str, Floats]:
    """Return the outcomes by arm, the control first, from a CSV of one row a shopper."""
    wanted = {arm_column, outcome_column}
    refusal = f"{path} cannot be read with columns {arm_column!r} and {outcome_column!r}"
    try:
        table = pd.read_csv(path, usecols=lambda name: name in wanted, dtype={arm_column: "str"})
    except (OSError, ValueError) as error:
        raise DataRefused(f"{refusal}: {error}") from error
    if set(table.columns) != wanted:
        raise DataRefused(f"{refusal}: they are not both in its header")
    outcomes = pd.to_numeric(table[outcome_column], errors="coerce")
    if outcomes.isna().any():
        raise DataRefused(f"{outcome_column}: {int(outcomes.isna().sum())} outcomes are missing or not numbers")
    if armless := int(table[arm_column].isna().sum()):
        raise DataRefused(f"{arm_column}: {armless} rows name no arm; who saw what must be known of every shopper")
    arms = sorted(table[arm_column].unique())
    if control not in arms or len(arms) < 2:
        raise DataRefused(
            f"{arm_column} must name two arms or more, one of them {control!r}; it names {', '.join(arms) or 'none'}"
        )
    values = outcomes.to_numpy(dtype=np.float64)
    ordered = [control, *(arm for arm in arms if arm != control)]
    return {arm: values[(table[arm_column] == arm).to_numpy()] for arm in ordered}


def sample_ratio_p_value(counts: list[int], share: float) -> float:
    """Return Pearson's chi-squared p-value for planned shares of 1 - ``share`` and equal parts of ``share``."""
    from scipy.stats import chisquare

    planned = [1 - share, *[share / (len(counts) - 1)] * (len(counts) - 1)]
    return float(chisquare(counts, [sum(counts) * part for part in planned]).pvalue)


def analyse(
    control: Floats,
    treatment: Floats,
    *,
    names: tuple[str, str] = ("control", "treatment"),
    share: float = 0.5,
    confidence: float = 0.95,
) -> Analysis:
    """Compare the outcomes of two arms.

    ``control``, ``treatment``: one outcome a shopper.
    ``share``: the planned share of the treatment.
    ``confidence``: of the interval.
    Rates (outcomes 0 and 1) get Newcombe's interval and a score test, amounts Welch's t. The sample ratio is tested by
    chi-squared.

    >>> found = analyse(np.repeat([1.0, 0.0], [100, 1_900]), np.repeat([1.0, 0.0], [140, 1_860]))
    >>> round(found.difference, 4), found.p_value < 0.05, found.trustworthy
    (0.02, True, True)
    """
    from scipy.stats import chisquare

    _check_inside(share=share, confidence=confidence)
    if min(len(control), len(treatment)) < SMALLEST_ARM:
        raise DataRefused(f"each arm needs at least {SMALLEST_ARM} shoppers")
    if np.ptp(np.concatenate([control, treatment])) == 0:
        raise DataRefused(f"every outcome is {control[0]:g}: there is nothing to compare")
    total = len(control) + len(treatment)
    ratio = chisquare([len(control), len(treatment)], [total * (1 - share), total * share])
    is_rate = bool(np.isin(control, (0, 1)).all() and np.isin(treatment, (0, 1)).all())
    compare = _compare_rates if is_rate else _compare_amounts
    interval, p_value = compare(control, treatment, 1 - confidence)
    return Analysis(
        control=Arm(names[0], len(control), float(control.mean())),
        treatment=Arm(names[1], len(treatment), float(treatment.mean())),
        method="rates: Newcombe interval, score test" if is_rate else "amounts: Welch's t",
        difference=float(treatment.mean() - control.mean()),
        interval=interval,
        p_value=p_value,
        sample_ratio_p_value=float(ratio.pvalue),
    )


def _check_inside(**shares: float) -> None:
    """Raise DataRefused unless each of the named shares lies between 0 and 1: 95 is no confidence, 0.95 is."""
    for name, share in shares.items():
        if not 0 < share < 1:
            raise DataRefused(f"{name} must lie between 0 and 1, such as 0.95 for 95 %; it is {share:g}")


def _compare_rates(control: Floats, treatment: Floats, alpha: float) -> tuple[tuple[float, float], float]:
    from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

    counts = (int(treatment.sum()), len(treatment), int(control.sum()), len(control))
    low, high = confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=alpha)
    p_value = test_proportions_2indep(*counts, method="score", compare="diff").pvalue
    return (float(low), float(high)), float(p_value)


def _compare_amounts(control: Floats, treatment: Floats, alpha: float) -> tuple[tuple[float, float], float]:
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    comparison = CompareMeans(DescrStatsW(treatment), DescrStatsW(control))
    low, high = comparison.tconfint_diff(alpha=alpha, usevar="unequal")
    return (float(low), float(high)), float(comparison.ttest_ind(usevar="unequal")[1])
