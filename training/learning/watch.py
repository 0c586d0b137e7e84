"""What is watched every day about decisions that have matured; a report, and which alarms it rings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from lambda_fn.scoring.arrays import Bools, Floats
from lambda_fn.scoring.decider import Signals
from lambda_fn.scoring.decision_log import DecisionRecord
from lambda_fn.scoring.policy import Policy
from lambda_fn.scoring.recipe import Recipe
from training.learning.attribution import attribute
from training.learning.joined import signals_known, signals_of, terms_of, to_trial
from training.learning.outcomes import Outcomes
from training.learning.sample_ratio import check_sample_ratio
from training.learning.sequential import PLANNED_SHOPPERS, mean_sequence
from training.learning.trial import Trial, first_of_each

SAMPLE_RATIO: Final = "sample-ratio"
MARGIN_BELOW_EXPECTED: Final = "margin-below-expected"
LEAST_SHOPPERS: Final = 100  # of an offer: below it nothing is said of its margin


def watch(
    records: Sequence[DecisionRecord],
    outcomes: Outcomes,
    policy: Policy,
    recipe: Recipe,
    planned: float = PLANNED_SHOPPERS,
) -> dict[str, Any]:
    """Return counts, sample ratio, offer mix, calibration of p, realised against expected margin, and the alarms."""
    matured = attribute(records, outcomes, policy.attribution)
    trial = to_trial(matured, policy)
    ratio = check_sample_ratio(trial)
    report: dict[str, Any] = {
        "decisions": len(records),
        "matured": len(matured.records),
        "pending_share": matured.pending_share,
        "sample_ratio": {**asdict(ratio), "broken": ratio.broken},
        "offer_mix": dict(zip(trial.arms, (np.bincount(trial.arm, minlength=len(trial.arms)) / len(trial.arm)).tolist(),
                              strict=True)),
        "calibration": None,
        "margins": [],
    }  # fmt: skip
    alarms = [SAMPLE_RATIO] if ratio.broken else []
    if signals_known(matured.records) and trial.margin is not None:
        signals = signals_of(matured.records, policy, recipe)
        lost = _no_purchase(policy, signals.risk)
        report["calibration"] = calibration(lost[trial.arm == 0], trial.bought[trial.arm == 0])
        report["margins"] = compare_margins(trial, expected_margin(trial, policy, signals, lost), planned)
        if any(one["below_expected"] for one in report["margins"]):
            alarms.append(MARGIN_BELOW_EXPECTED)
    report["alarms"] = alarms
    return report


def _no_purchase(policy: Policy, risk: Floats) -> Floats:
    known = policy.no_purchase
    return risk if known is None else np.interp(risk, known.risks, known.chances)


def calibration(lost: Floats, bought: Bools) -> dict[str, float] | None:
    """Return slope, intercept and log loss of the chance of no purchase, on rows without an offer.

    ``logit P(no purchase) = intercept + slope * logit(q)``; 0 and 1 are perfect. None where there is nothing to fit.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    outcome = (~bought).astype(int)
    if len(outcome) < LEAST_SHOPPERS or len(np.unique(outcome)) < 2:
        return None
    kept = np.clip(lost, 1e-3, 1 - 1e-3)
    logit = np.log(kept / (1 - kept))[:, None]
    fitted = LogisticRegression(C=np.inf).fit(logit, outcome)
    return {
        "slope": float(fitted.coef_[0, 0]),
        "intercept": float(fitted.intercept_[0]),
        "log_loss": float(log_loss(outcome, kept, labels=[0, 1])),
        "decisions": float(len(outcome)),
    }


def expected_margin(trial: Trial, policy: Policy, signals: Signals, lost: Floats) -> Floats:
    """Return what each decision was expected to earn, the untreated order included.

    ``(1 - q + q r) (m - d) V - c``, with the offer's cautious recovery rate r.
    """
    terms = terms_of(policy, trial.arms)
    offers = policy.interventions
    rates = np.zeros((len(lost), len(trial.arms)))
    for i, offer in enumerate(offers):
        trust = 1 - (offer.caution or policy.caution).value
        assumed = offer.base_recovery_rate.value + offer.gain * signals.sensitivity
        rates[:, i + 1] = np.clip(assumed, 0, 1) * trust
    recovered = rates[np.arange(len(lost)), trial.arm]
    kept = (terms.margin_rate - terms.discount[trial.arm]) * signals.order_value
    return np.asarray((1 - lost + lost * recovered) * kept - terms.cost[trial.arm])


def compare_margins(trial: Trial, expected: Floats, planned: float) -> list[dict[str, Any]]:
    """Return realised less expected margin of each arm, on shoppers' first decisions, with a confidence sequence."""
    assert trial.margin is not None
    first = np.zeros(len(trial.arm), bool)
    first[first_of_each(trial.shopper)] = True
    found = []
    for arm, name in enumerate(trial.arms):
        rows = first & (trial.arm == arm)
        if int(rows.sum()) < LEAST_SHOPPERS:
            continue
        sequence = mean_sequence(trial.margin[rows] - expected[rows], planned)
        found.append({
            "offer": name,
            "shoppers": int(rows.sum()),
            "realised": float(trial.margin[rows].mean()),
            "expected": float(expected[rows].mean()),
            "difference": sequence.estimate,
            "interval": list(sequence.interval),
            "below_expected": sequence.interval[1] < 0,
        })  # fmt: skip
    return found
