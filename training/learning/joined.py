"""Matured records as arrays: the trial for effects, and, where the signals are known, what rates are learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.decider import Decider, Signals
from lambda_fn.scoring.decision_log import DecisionRecord
from lambda_fn.scoring.policy import NO_INTERVENTION, Policy
from lambda_fn.scoring.recipe import Recipe
from training.errors import DataRefused
from training.learning.attribution import Matured
from training.learning.off_policy import LoggedActions
from training.learning.rates import Observed
from training.learning.trial import Trial


@dataclass(frozen=True)
class Terms:
    """What a policy says of the arms' money.

    ``margin_rate``: share of an order that is margin
    ``discount``, ``cost``: of every arm, shape (arms,); NaN for an arm that the policy does not know
    """

    margin_rate: float
    discount: Floats
    cost: Floats


def arms_of(records: Sequence[DecisionRecord], policy: Policy | None) -> tuple[str, ...]:
    """Return the arms: "none", then the policy's offers in its order, then others that the log allows, by name."""
    known = policy.choices if policy else (NO_INTERVENTION,)
    others = {name for record in records for name in (*record.allowed, record.offer)} - set(known)
    return (*known, *sorted(others))


def terms_of(policy: Policy, arms: tuple[str, ...]) -> Terms:
    """Return the money of every arm."""
    offers = {offer.name: offer for offer in policy.interventions}
    discount = [0.0 if name == NO_INTERVENTION else float("nan") for name in arms]
    cost = list(discount)
    for i, name in enumerate(arms):
        if name in offers:
            discount[i], cost[i] = offers[name].share, offers[name].fixed_cost.value
    return Terms(policy.gross_margin_rate.value, np.array(discount), np.array(cost))


def to_trial(matured: Matured, policy: Policy | None) -> Trial:
    """Return the trial. The realised margin is what the outcomes state, else what the policy's terms make of the order.

    ``(margin rate - discount share) * order value - fixed cost`` (the fixed cost only where the message was sent).
    There is none without a policy that knows every arm, unless the outcomes state a margin for every order. The
    covariate is
    ``(1 - q) * margin rate * order value``, q the policy's chance of no purchase at the record's p.
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
        covariate=_covariate(records, policy) if policy else None,
    )


def _margin(matured: Matured, terms: Terms | None, arm: Indices) -> Floats | None:
    stated = matured.margin
    if not np.isnan(stated[matured.bought]).any() and matured.bought.any():
        cost = np.zeros(len(arm)) if terms is None else np.nan_to_num(terms.cost[arm]) * matured.sent
        return np.where(np.isnan(stated), -cost, stated)
    if terms is None or np.isnan(terms.discount[np.unique(arm)]).any():
        return None
    earned = (terms.margin_rate - terms.discount[arm]) * matured.revenue - terms.cost[arm] * matured.sent
    return np.where(np.isnan(stated), earned, stated)


def _numbers(records: Sequence[DecisionRecord], name: str) -> Floats:
    """Return a signal of all records; NaN where a record lacks it."""
    values = (getattr(record, name) for record in records)
    return np.array([float("nan") if value is None else value for value in values], np.float64)


def signals_known(records: Sequence[DecisionRecord]) -> bool:
    """Return whether every record has all that a decision depends on."""
    names = ("p", "order_value", "sensitivity", "tier", "segment")
    return all(getattr(record, name) is not None for record in records for name in names)


def _no_purchase(policy: Policy, risk: Floats) -> Floats:
    known = policy.no_purchase
    return risk if known is None else np.interp(risk, known.risks, known.chances)


def _covariate(records: Sequence[DecisionRecord], policy: Policy) -> Floats | None:
    risk, value = _numbers(records, "p"), _numbers(records, "order_value")
    if np.isnan(risk).any() or np.isnan(value).any():
        return None
    return (1 - _no_purchase(policy, risk)) * policy.gross_margin_rate.value * value


def signals_of(records: Sequence[DecisionRecord], policy: Policy, recipe: Recipe) -> Signals:
    """Return the signals of records that have them all; raise DataRefused where a label is unknown to the recipe."""
    codes = []
    for field, known in (("tier", policy.tiers(recipe)), ("segment", policy.segments(recipe))):
        number = {label: float(i) for i, label in enumerate(known or ("",))}
        labels = [str(getattr(record, field)) for record in records]
        if unknown := sorted(set(labels) - set(number)):
            raise DataRefused(f"{field} {', '.join(unknown)} of the log is unknown to the model's recipe")
        codes.append(np.array([number[label] for label in labels]))
    risk, value, sensitivity = (_numbers(records, name) for name in ("p", "order_value", "sensitivity"))
    return Signals(risk, value, sensitivity, *codes)


def allowed_of(records: Sequence[DecisionRecord], policy: Policy) -> Bools:
    """Return which of the policy's offers each record allowed, shape (n, offers)."""
    names = policy.choices[1:]
    return np.array([[name in record.allowed for name in names] for record in records], bool).reshape(-1, len(names))


def to_observed(trial: Trial, signals: Signals, allowed: Bools) -> Observed:
    """Return what rates are learnt from. Every arm must be one of the policy's."""
    return Observed(signals.risk, signals.sensitivity, trial.arm, trial.bought, allowed)


def to_logged(trial: Trial, signals: Signals) -> LoggedActions:
    """Return what policies are evaluated on; the outcome model may use V, pV and psV."""
    assert trial.margin is not None
    value = signals.order_value
    features = np.column_stack([value, signals.risk * value, signals.risk * signals.sensitivity * value])
    return LoggedActions(trial.arm, trial.margin, trial.propensities, features, trial.shopper)


def decided(policy: Policy, recipe: Recipe, signals: Signals, allowed: Bools) -> Indices:
    """Return what a policy would have done in each decision, among the offers allowed then."""
    return Decider(policy, recipe).decide(signals, allowed).choice
