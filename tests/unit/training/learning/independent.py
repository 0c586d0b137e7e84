"""The analysis of a trial as somebody else would write it: raw tables, scipy, statsmodels, closed forms; none of ours.

It reads the files that ``learn`` reads, and gives what ``learnt.json`` must hold.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

SMALLEST = 30
Z = stats.norm.ppf(0.975)


def read_trial(decisions: Path, outcomes: Path) -> pd.DataFrame:
    """Return one row a decision: shopper, offer, propensities, p, order value; bought, revenue, margin."""
    records = pd.DataFrame([json.loads(line) for line in decisions.read_text().splitlines()])
    records = records.drop_duplicates("decision_id").astype({"decision_id": str})
    orders = pd.read_csv(outcomes, dtype={"decision_id": str})
    sums = orders.groupby("decision_id")[[name for name in ("order_value", "margin") if name in orders]].sum()
    joined = records.join(sums.rename(columns={"order_value": "revenue"}), on="decision_id")
    columns = [name for name in ("revenue", "margin") if name in joined]
    joined[columns] = joined[columns].fillna(0.0)
    return joined.assign(bought=(joined["revenue"] > 0).astype(float))


def sample_ratio(trial: pd.DataFrame) -> tuple[float, float]:
    """Return Pearson's statistic and p-value on first decisions; the propensities are the same for all."""
    first = trial.drop_duplicates("shopper")
    chances = first["propensities"].iloc[0]
    counts = first["offer"].value_counts().reindex(list(chances), fill_value=0)
    whole = sum(chances.values())
    found = stats.chisquare(counts, [len(first) * chance / whole for chance in chances.values()])
    return float(found.statistic), float(found.pvalue)


def newcombe(ones: int, of: int, none_ones: int, none_of: int) -> tuple[float, float, float, float]:
    """Return difference, interval and p-value of the score test."""
    low, high = proportion_confint(ones, of, method="wilson")
    none_low, none_high = proportion_confint(none_ones, none_of, method="wilson")
    rate, none_rate = ones / of, none_ones / none_of
    difference = rate - none_rate
    pooled, total = (ones + none_ones) / (of + none_of), of + none_of
    error = math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / none_of) * total / (total - 1))
    return (
        difference,
        difference - math.hypot(rate - low, none_high - none_rate),
        difference + math.hypot(high - rate, none_rate - none_low),
        float(2 * stats.norm.sf(abs(difference) / error)) if error else 1.0,
    )


def welch(values: pd.Series, none: pd.Series) -> tuple[float, float, float, float]:
    """Return difference, interval and p-value of Welch's t."""
    found = stats.ttest_ind(values, none, equal_var=False)
    low, high = found.confidence_interval(0.95)
    return float(values.mean() - none.mean()), float(low), float(high), float(found.pvalue)


def regression(pair: pd.DataFrame, formula: str, offer: str) -> tuple[float, float, float, float]:
    """Return the offer's coefficient, its interval and p-value, with errors clustered by shopper."""
    table = pair.assign(treated=(pair["offer"] == offer).astype(float), cluster=pd.factorize(pair["shopper"])[0])
    fitted = smf.ols(formula, table).fit(cov_type="cluster", cov_kwds={"groups": table["cluster"]})
    low, high = fitted.conf_int().loc["treated"]
    return float(fitted.params["treated"]), float(low), float(high), float(fitted.pvalues["treated"])


def adjusted(pair: pd.DataFrame, offer: str) -> tuple[float, float, float, float]:
    """Return Lin's regression of the margin; the covariate is what was expected without an offer."""
    x = (1 - pair["p"]) * pair["order_value"]
    return regression(pair.assign(x=x - x.mean()), "margin ~ treated + x + treated:x", offer)


def analyse(trial: pd.DataFrame) -> dict[str, dict[str, tuple[float, ...]]]:
    """Return, for each offer with enough decisions, each measure's difference, interval, p-value and Holm's p-value."""
    none, found = trial[trial["offer"] == "none"], {}
    for offer in trial["propensities"].iloc[0]:
        mine = trial[trial["offer"] == offer]
        if offer != "none" and min(len(mine), len(none)) >= SMALLEST:
            found[offer] = compare(mine, none, offer)
    for measure in {name for measures in found.values() for name in measures}:
        corrected = multipletests([measures[measure][3] for measures in found.values()], method="holm")[1]
        for measures, p_value in zip(found.values(), corrected, strict=True):
            measures[measure] = (*measures[measure], float(p_value))
    return found


def compare(mine: pd.DataFrame, none: pd.DataFrame, offer: str) -> dict[str, tuple[float, ...]]:
    """Return each measure's difference, interval and p-value of one offer."""
    pair = pd.concat([none, mine])
    names = {"conversion": "bought", "revenue": "revenue", "margin": "margin"}
    names = {measure: name for measure, name in names.items() if name in pair}
    found: dict[str, tuple[float, ...]]
    if pair["shopper"].duplicated().any():
        found = {measure: regression(pair, f"{name} ~ treated", offer) for measure, name in names.items()}
    else:
        found = {measure: welch(mine[name], none[name]) for measure, name in names.items()}
        counts = (int(mine["bought"].sum()), len(mine), int(none["bought"].sum()), len(none))
        found["conversion"] = newcombe(*counts)
    if "margin" in pair and "p" in pair:
        found["margin_adjusted"] = adjusted(pair, offer)
    return found


def found_by(document: dict[str, Any]) -> dict[str, dict[str, tuple[float, ...]]]:
    """Return the same of a ``learnt.json``."""
    measures = ("conversion", "revenue", "margin", "margin_adjusted")
    return {
        effect["offer"]: {
            name: (one["difference"], *one["interval"], one["p_value"], one["p_holm"])
            for name in measures
            if (one := effect[name]) is not None
        }
        for effect in document["effects"]
        if effect["not_compared"] is None
    }
