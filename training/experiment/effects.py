"""What each offer does, compared with none: conversion, revenue, margin, and margin adjusted for what was expected.

An offer is compared over the decisions that could have got both it and none (both propensities above 0) and got one of
the two. Where these propensities are the same for all of them, and no shopper comes twice, that is a plain trial, and
the textbook's intervals are used. Otherwise decisions are weighted by 1 / propensity of what was done, and errors are
clustered by shopper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from training.experiment.trial import Trial, first_of_each

SMALLEST_ARM: Final = 30  # decisions
_SAME: Final = 1e-6  # propensities closer than this are one propensity: a log rounds them

NEWCOMBE: Final = "Newcombe interval, score test"
WELCH: Final = "Welch's t"
WEIGHTED: Final = "weighted by 1 / propensity, errors clustered by shopper, normal"
ADJUSTED: Final = "regression with the covariate and its interaction (Lin), errors clustered by shopper, normal"


@dataclass(frozen=True)
class Comparison:
    """An offer's mean less that of none. ``p_holm``: corrected for the number of offers."""

    method: str
    difference: float
    standard_error: float | None
    interval: tuple[float, float]
    p_value: float
    p_holm: float = float("nan")


@dataclass(frozen=True)
class ArmSummary:
    """Plain counts and means of one arm of a comparison, unweighted; standard deviations with n - 1."""

    decisions: int
    shoppers: int
    conversions: int
    conversion_rate: float
    mean_revenue: float
    sd_revenue: float
    mean_margin: float | None
    sd_margin: float | None


@dataclass(frozen=True)
class Effect:
    """One offer against none. A measure is absent where the log does not allow it.

    ``not_compared``: why there is no comparison; None where there is one
    """

    offer: str
    not_compared: str | None
    plain: bool  # the propensities are the same for all, and no shopper comes twice
    treated: ArmSummary
    none: ArmSummary
    conversion: Comparison | None
    revenue: Comparison | None
    margin: Comparison | None
    margin_adjusted: Comparison | None


MEASURES: Final = ("conversion", "revenue", "margin", "margin_adjusted")


def estimate_effects(trial: Trial, confidence: float = 0.95) -> list[Effect]:
    """Return each offer's effect, with p-values corrected by Holm over the offers, measure by measure."""
    effects = [_effect(trial, arm, confidence) for arm in range(1, len(trial.arms)) if (trial.arm == arm).any()]
    for measure in MEASURES:
        effects = _corrected(effects, measure)
    return effects


def holm(p_values: list[float]) -> list[float]:
    """Return p-values corrected for their number (Holm 1979): the largest of ``(m - rank) p`` so far, at most 1.

    statsmodels' function for this collects all garbage at every call, which takes longer than the whole analysis.
    """
    p = np.array(p_values, np.float64)
    order = p.argsort(kind="stable")
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return [float(one) for one in corrected]


def _corrected(effects: list[Effect], measure: str) -> list[Effect]:
    found: list[Comparison | None] = [getattr(effect, measure) for effect in effects]
    corrected = iter(holm([one.p_value for one in found if one is not None]))
    with_holm = [one and replace(one, p_holm=next(corrected)) for one in found]
    return [
        replace(effect, **{measure: one})  # type: ignore[arg-type]
        for effect, one in zip(effects, with_holm, strict=True)
    ]


def _effect(trial: Trial, arm: int, confidence: float) -> Effect:
    pi = trial.propensities
    rows = np.flatnonzero(((trial.arm == arm) | (trial.arm == 0)) & (pi[:, arm] > 0) & (pi[:, 0] > 0))
    treated = trial.arm[rows] == arm
    shopper = trial.shopper[rows]
    same = all(float(np.ptp(pi[rows, one])) <= _SAME for one in (0, arm)) if len(rows) else False
    plain = same and len(first_of_each(shopper)) == len(rows)
    weight = np.ones(len(rows)) if same else 1 / pi[rows, trial.arm[rows]]
    margin = None if trial.margin is None else trial.margin[rows]
    pair = _Pair(treated, weight, shopper, plain, 1 - confidence)
    bought = trial.bought[rows].astype(np.float64)
    enough = min(int(treated.sum()), int((~treated).sum())) >= SMALLEST_ARM
    adjusted = enough and margin is not None and trial.covariate is not None
    return Effect(
        offer=trial.arms[arm],
        not_compared=None if enough else _too_small(int(treated.sum()), int((~treated).sum())),
        plain=plain,
        treated=_summary(trial, rows[treated]),
        none=_summary(trial, rows[~treated]),
        conversion=pair.rates(bought) if enough else None,
        revenue=pair.amounts(trial.revenue[rows]) if enough else None,
        margin=pair.amounts(margin) if enough and margin is not None else None,
        margin_adjusted=pair.adjusted(margin, trial.covariate[rows])  # type: ignore[index,arg-type]
        if adjusted
        else None,
    )


def _too_small(treated: int, none: int) -> str:
    return (
        f"not compared: {treated:,} decisions with it and {none:,} without an offer that could have got either; "
        f"both need {SMALLEST_ARM}"
    )


def _summary(trial: Trial, rows: Indices) -> ArmSummary:
    def moments(values: Floats) -> tuple[float, float]:
        mean = float(values.mean()) if len(values) else float("nan")
        return mean, float(values.std(ddof=1)) if len(values) > 1 else float("nan")

    margin = (None, None) if trial.margin is None else moments(trial.margin[rows])
    revenue = moments(trial.revenue[rows])
    bought = trial.bought[rows]
    return ArmSummary(
        decisions=len(rows),
        shoppers=len(np.unique(trial.shopper[rows])),
        conversions=int(bought.sum()),
        conversion_rate=float(bought.mean()) if len(rows) else float("nan"),
        mean_revenue=revenue[0],
        sd_revenue=revenue[1],
        mean_margin=margin[0],
        sd_margin=margin[1],
    )


@dataclass(frozen=True)
class _Pair:
    """The decisions of one offer and of none, and how to compare them."""

    treated: Bools
    weight: Floats
    shopper: Indices
    plain: bool
    alpha: float

    def rates(self, bought: Floats) -> Comparison:
        """Compare outcomes of 0 and 1."""
        if not self.plain:
            return self.amounts(bought)
        from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

        with_, without = bought[self.treated], bought[~self.treated]
        counts = (int(with_.sum()), len(with_), int(without.sum()), len(without))
        low, high = confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=self.alpha)
        either = 0 < counts[0] + counts[2] < len(bought)  # the test divides by the pooled variance
        p_value = float(test_proportions_2indep(*counts, method="score", compare="diff").pvalue) if either else 1.0
        difference = float(with_.mean() - without.mean())
        return Comparison(NEWCOMBE, difference, None, (float(low), float(high)), p_value)

    def amounts(self, values: Floats) -> Comparison:
        """Compare amounts. Where all are the same there is no interval."""
        if not np.ptp(values):
            return Comparison(WELCH if self.plain else WEIGHTED, 0.0, 0.0, (float("nan"), float("nan")), 1.0)
        if not self.plain:
            return self.regression(values, None, WEIGHTED)
        from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

        comparison = CompareMeans(DescrStatsW(values[self.treated]), DescrStatsW(values[~self.treated]))
        low, high = comparison.tconfint_diff(alpha=self.alpha, usevar="unequal")
        difference = float(values[self.treated].mean() - values[~self.treated].mean())
        error = float(comparison.std_meandiff_separatevar)
        p_value = float(comparison.ttest_ind(usevar="unequal")[1])
        return Comparison(WELCH, difference, error, (float(low), float(high)), p_value)

    def adjusted(self, values: Floats, covariate: Floats) -> Comparison:
        """Compare amounts after adjusting for the covariate."""
        return self.regression(values, covariate, ADJUSTED)

    def regression(self, values: Floats, covariate: Floats | None, method: str) -> Comparison:
        """Return the coefficient of the offer in a weighted least squares regression."""
        columns = [np.ones(len(values)), self.treated.astype(np.float64)]
        if covariate is not None:
            centred = covariate - np.average(covariate, weights=self.weight)
            columns += [centred, centred * self.treated]
        fitted = fit_clustered(values, np.column_stack(columns), self.weight, self.shopper)
        low, high = fitted.conf_int(alpha=self.alpha)[1]
        p_value = float(fitted.pvalues[1])
        p_value = 1.0 if np.isnan(p_value) else p_value  # nothing varies
        return Comparison(method, float(fitted.params[1]), float(fitted.bse[1]), (float(low), float(high)), p_value)


def fit_clustered(values: Floats, design: Floats, weight: Floats, cluster: Indices) -> Any:
    """Return statsmodels' weighted least squares with errors clustered by shopper.

    The sandwich estimator times ``G / (G - 1) * (n - 1) / (n - k)``; with one decision a shopper that is HC1. Normal.
    """
    from statsmodels.regression.linear_model import WLS

    _, numbers = np.unique(cluster, return_inverse=True)
    return WLS(values, design, weights=weight).fit(cov_type="cluster", cov_kwds={"groups": numbers})


def interactions(trial: Trial, signals: dict[str, Floats]) -> list[dict[str, Any]]:
    """Return, for each offer and each signal declared beforehand, whether shoppers with more of it respond more.

    ``bought ~ offer + z + offer * z`` with z the signal less its mean, over its standard deviation (n - 1). The
    coefficient of the interaction is the change of the offer's effect on conversion for one standard deviation.
    p-values are corrected by Holm over all offers and signals.
    """
    found: list[dict[str, Any]] = []
    pi = trial.propensities
    for arm in range(1, len(trial.arms)):
        rows = np.flatnonzero(((trial.arm == arm) | (trial.arm == 0)) & (pi[:, arm] > 0) & (pi[:, 0] > 0))
        treated = (trial.arm[rows] == arm).astype(np.float64)
        if min(treated.sum(), (1 - treated).sum()) < SMALLEST_ARM:
            continue
        weight = 1 / pi[rows, trial.arm[rows]]
        for name, values in signals.items():
            signal = values[rows]
            if not np.ptp(signal) > 0:
                continue
            z = (signal - signal.mean()) / signal.std(ddof=1)
            design = np.column_stack([np.ones(len(rows)), treated, z, treated * z])
            fitted = fit_clustered(trial.bought[rows].astype(np.float64), design, weight, trial.shopper[rows])
            low, high = fitted.conf_int()[3]
            found.append({
                "offer": trial.arms[arm], "signal": name, "change": float(fitted.params[3]),
                "standard_error": float(fitted.bse[3]), "interval": (float(low), float(high)),
                "p_value": float(fitted.pvalues[3]),
            })  # fmt: skip
    for one, corrected in zip(found, holm([one["p_value"] for one in found]), strict=True):
        one["p_holm"] = corrected
    return found
