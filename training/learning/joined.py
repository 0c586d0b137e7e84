"""Matured records as arrays: the trial for effects, and, where the signals are known, what rates are learnt from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lambda_fn.registry import Artefact
from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.artefact.policy import NO_INTERVENTION, Policy
from lambda_fn.scoring.artefact.recipe import Recipe
from lambda_fn.scoring.offers.decider import Decider, Signals
from lambda_fn.scoring.offers.decision_log import DecisionRecord
from training.errors import DataRefused
from training.experiment.off_policy import LoggedActions
from training.experiment.trial import Trial
from training.learning.observed import Observed
from training.learning.terms import Terms, terms_of
from training.logged.attribution import Matured


def arms_of(records: Sequence[DecisionRecord], policy: Policy | None) -> tuple[str, ...]:
    """Return the arms: "none", then the policy's offers in its order, then others that the log allows, by name."""
    known = policy.choices if policy else (NO_INTERVENTION,)
    others = {name for record in records for name in (*record.allowed, record.offer)} - set(known)
    return (*known, *sorted(others))


def to_trial(matured: Matured, policy: Policy | None) -> Trial:
    """Return the trial. The realised margin is what the outcomes state, else what the policy's terms make of the order.

    ``margin rate * order value - discount - fixed cost`` (the fixed cost only where the message was sent).
    There is none without a policy that knows every arm, unless the outcomes state a margin for every order. The
    covariate is ``(1 - q) * margin rate * order value``, q the policy's chance of no purchase at the record's p.
    Without a policy q is p and the margin rate is 1.
    """
    records = matured.records
    if not records:
        raise DataRefused("no decision has matured: wait until the attribution window and lag have passed")
    arms = arms_of(records, policy)
    number = {name: i for i, name in enumerate(arms)}
    arm = np.array([number[record.offer] for record in records], np.intp)
    propensities = np.zeros((len(records), len(arms)))
    for row, record in enumerate(records):
        for name, chance in zip(record.allowed, record.propensities, strict=True):
            propensities[row, number[name]] = chance
    _, shopper = np.unique(np.array([record.shopper for record in records]), return_inverse=True)
    return Trial(
        arms=arms,
        arm=arm,
        propensities=propensities,
        shopper=shopper.astype(np.intp),
        bought=matured.bought,
        revenue=matured.revenue,
        margin=_margin(matured, terms_of(policy, arms) if policy else None, arm),
        covariate=_covariate(records, policy),
    )


def _margin(matured: Matured, terms: Terms | None, arm: Indices) -> Floats | None:
    stated = matured.margin
    if not np.isnan(stated[matured.bought]).any() and matured.bought.any():
        cost = np.zeros(len(arm)) if terms is None else np.nan_to_num(terms.cost[arm]) * matured.sent
        return np.where(np.isnan(stated), -cost, stated)
    if terms is None or not terms.know(arm):
        return None
    earned = terms.kept(arm, matured.revenue) - terms.cost[arm] * matured.sent
    return np.where(np.isnan(stated), earned, stated)


def _numbers(records: Sequence[DecisionRecord], name: str) -> Floats:
    """Return a signal of all records; NaN where a record lacks it."""
    values = (getattr(record, name) for record in records)
    return np.array([float("nan") if value is None else value for value in values], np.float64)


def with_signals(records: Sequence[DecisionRecord], model: Artefact) -> Bools:
    """Return which records have all that a decision of the model's policy depends on, shape (n,).

    A log holds the decisions of every model that was in service. The tier or segment of another model, which this one
    does not know, counts as missing; in a record of this model it is a fault, which ``signals_of`` names.
    """
    policy, recipe = model.manifest.policy, model.manifest.recipe
    own = (None, model.manifest.model_version)
    needed = ["p", "order_value"] + ["sensitivity"] * (policy.sensitivity is not None)
    labels = {"tier": policy.tiers(recipe), "segment": policy.segments(recipe)}
    labels = {field: known for field, known in labels.items() if known}

    def has_all(record: DecisionRecord) -> bool:
        given = {field: getattr(record, field) for field in labels}
        return all(getattr(record, field) is not None for field in needed) and all(
            label is not None and (label in labels[field] or record.model in own) for field, label in given.items()
        )

    return np.array([has_all(record) for record in records], bool)


def no_purchase(policy: Policy | None, risk: Floats) -> Floats:
    """Return the chance of no purchase without an offer: the policy's at this risk, or the risk itself."""
    known = policy.no_purchase if policy else None
    return risk if known is None else np.asarray(np.interp(risk, known.risks, known.chances))


def _covariate(records: Sequence[DecisionRecord], policy: Policy | None) -> Floats | None:
    risk, value = _numbers(records, "p"), _numbers(records, "order_value")
    if np.isnan(risk).any() or np.isnan(value).any():
        return None
    return (1 - no_purchase(policy, risk)) * value * (policy.gross_margin_rate.value if policy else 1.0)


def signals_of(records: Sequence[DecisionRecord], policy: Policy, recipe: Recipe) -> Signals:
    """Return the signals of records that have them all; raise DataRefused where a label is unknown to the recipe.

    A policy that names no sensitivity, tier or segment takes 0 for them, whatever a record says.
    """
    sensitivity = _numbers(records, "sensitivity") if policy.sensitivity else np.zeros(len(records))
    return Signals(
        _numbers(records, "p"),
        _numbers(records, "order_value"),
        sensitivity,
        _codes(records, "tier", policy.tiers(recipe)),
        _codes(records, "segment", policy.segments(recipe)),
    )


def _codes(records: Sequence[DecisionRecord], name: str, labels: tuple[str, ...]) -> Floats:
    if not labels:
        return np.zeros(len(records))
    number = {label: float(i) for i, label in enumerate(labels)}
    found = [str(getattr(record, name)) for record in records]
    if unknown := sorted(set(found) - set(number)):
        raise DataRefused(
            f"{name} {', '.join(unknown)} of the log is unknown to the model's recipe; name the model that decided "
            f"these decisions, or leave them out"
        )
    return np.array([number[label] for label in found])


def allowed_of(records: Sequence[DecisionRecord], policy: Policy) -> Bools:
    """Return which of the policy's offers each record allowed, shape (n, offers)."""
    names = policy.choices[1:]
    return np.array([[name in record.allowed for name in names] for record in records], bool).reshape(-1, len(names))


def to_observed(trial: Trial, signals: Signals, allowed: Bools) -> Observed:
    """Return what rates are learnt from. Every arm must be one of the policy's."""
    return Observed(signals.risk, signals.sensitivity, trial.arm, trial.bought, allowed)


def to_logged(trial: Trial, signals: Signals) -> LoggedActions:
    """Return what policies are evaluated on."""
    assert trial.margin is not None
    return LoggedActions(trial.arm, trial.margin, trial.propensities, outcome_features(signals), trial.shopper)


def outcome_features(signals: Signals) -> Floats:
    """Return what the outcome model may use: V, p V and p s V, shape (n, 3)."""
    value = signals.order_value
    return np.column_stack([value, signals.risk * value, signals.risk * signals.sensitivity * value])


def decided(policy: Policy, recipe: Recipe, signals: Signals, allowed: Bools) -> Indices:
    """Return what a policy would have done in each decision, among the offers allowed then."""
    return Decider(policy, recipe).decide(signals, allowed).choice
