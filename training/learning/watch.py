"""What is watched every day about decisions that have matured; a report, and which alarms it rings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import numpy as np

from lambda_fn import contract
from lambda_fn.registry import Artefact
from lambda_fn.scoring.arrays import Bools, Floats
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.artefact.recipe import Recipe
from lambda_fn.scoring.offers.decider import Signals
from training.experiment.sample_ratio import check_sample_ratio
from training.experiment.sequential import PLANNED_SHOPPERS, mean_sequence
from training.experiment.trial import Trial, first_of_each
from training.learning.challenger import compare_models
from training.learning.joined import no_purchase, signals_of, to_trial, with_signals
from training.learning.terms import terms_of
from training.logged.attribution import Matured, attribute
from training.logged.outcomes import Outcomes
from training.logged.records import Decisions

SAMPLE_RATIO: Final = "sample-ratio"
MARGIN_BELOW_EXPECTED: Final = "margin-below-expected"
DECISIONS_LOST: Final = "decisions-lost"
LEAST_SHOPPERS: Final = 100  # of an offer: below it nothing is said of its margin


def watch(
    decisions: Decisions,
    outcomes: Outcomes,
    model: Artefact,
    planned: float = PLANNED_SHOPPERS,
    decided: int | None = None,
) -> dict[str, Any]:
    """Return the report and the alarms that it rings.

    ``decided``: how many decisions the log should hold, as those who decide have counted; None where that is not known
    """
    matured = attribute(decisions.records, outcomes, model.manifest.policy.attribution)
    lost = None if decided is None else max(decided - len(decisions.records), 0)
    report: dict[str, Any] = {
        "outcomes": outcomes.counts(),
        "decisions": len(decisions.records),
        "matured": len(matured.records),
        "pending": matured.pending,
        "pending_share": matured.pending_share,
        "outside_the_periods": matured.uncovered,
        "orders_without_a_decision": matured.unattributed,
        "log": {
            "decided": decided,
            "logged": len(decisions.records),
            "repeats": decisions.repeats,
            "lost": lost,
            "named_by_outcomes_only": matured.unlogged,
        },
        "sample_ratio": None,
        "offer_mix": {},
        "offer_mix_expected": {},
        "without_signals": 0,
        "calibration": None,
        "margins": [],
        "challengers": [],
    }
    if matured.records:
        report |= _of_matured(matured, model, planned)
    report["alarms"] = _alarms(report)
    return report


def _of_matured(matured: Matured, model: Artefact, planned: float) -> dict[str, Any]:
    policy, recipe = model.manifest.policy, model.manifest.recipe
    trial = to_trial(matured, policy)
    ratio = check_sample_ratio(trial)
    known = with_signals(matured.records, model)
    found: dict[str, Any] = {
        "sample_ratio": {**asdict(ratio), "broken": ratio.broken},
        "offer_mix": _shares(trial, np.bincount(trial.arm, minlength=len(trial.arms)).astype(np.float64)),
        "offer_mix_expected": _shares(trial, trial.propensities.sum(axis=0)),
        "without_signals": int((~known).sum()),
        "challengers": [asdict(one) for one in compare_models(matured, trial, model.manifest.model_version, planned)],
    }
    if known.any() and trial.margin is not None and terms_of(policy, trial.arms).know(trial.arm):
        found |= _against_expected(matured.take(known), policy, recipe, planned)
    return found


def _shares(trial: Trial, amounts: Floats) -> dict[str, float]:
    return dict(zip(trial.arms, (amounts / amounts.sum()).tolist(), strict=True))


def _against_expected(matured: Matured, policy: Policy, recipe: Recipe, planned: float) -> dict[str, Any]:
    trial, signals = to_trial(matured, policy), signals_of(matured.records, policy, recipe)
    lost, untreated = no_purchase(policy, signals.risk), trial.arm == 0
    return {
        "calibration": calibration(lost[untreated], trial.bought[untreated]),
        "margins": compare_margins(trial, expected_margin(trial, policy, signals, lost), planned),
    }


def _alarms(report: dict[str, Any]) -> list[str]:
    rings = {
        SAMPLE_RATIO: bool(report["sample_ratio"]) and report["sample_ratio"]["broken"],
        MARGIN_BELOW_EXPECTED: any(one["below_expected"] for one in report["margins"]),
        DECISIONS_LOST: bool(report["log"]["lost"]),
    }
    return [name for name, rung in rings.items() if rung]


def to_metrics(report: dict[str, Any]) -> dict[str, float]:
    """Return what of a report is worth a metric, by name. A figure that is not known has none."""
    calibrated = report["calibration"] or {}
    figures = {
        contract.METRIC_MATURED: report["matured"],
        contract.METRIC_PENDING_SHARE: report["pending_share"],
        contract.METRIC_SAMPLE_RATIO: (report["sample_ratio"] or {}).get("p_value"),
        contract.METRIC_CALIBRATION_SLOPE: calibrated.get("slope"),
        contract.METRIC_CALIBRATION_INTERCEPT: calibrated.get("intercept"),
        contract.METRIC_BELOW_EXPECTED: sum(one["below_expected"] for one in report["margins"]),
        contract.METRIC_OUTCOMES_REJECTED: sum(report["outcomes"]["rejected"].values()),
        contract.METRIC_OUTCOME_FILES_UNUSABLE: len(report["outcomes"]["unusable_files"]),
        "DecisionsLost": report["log"]["lost"],
    }
    return {name: float(value) for name, value in figures.items() if value is not None}


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

    ``(1 - q + q r) (m V - D) - c``, with the offer's cautious recovery rate r and discount D.
    """
    terms = terms_of(policy, trial.arms)
    offers = policy.interventions
    rates = np.zeros((len(lost), len(trial.arms)))
    for i, offer in enumerate(offers):
        trust = 1 - (offer.caution or policy.caution).value
        assumed = offer.base_recovery_rate.value + offer.gain * signals.sensitivity
        rates[:, i + 1] = np.clip(assumed, 0, 1) * trust
    recovered = rates[np.arange(len(lost)), trial.arm]
    kept = terms.kept(trial.arm, signals.order_value)
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
