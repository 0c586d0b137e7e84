"""What a policy that was not in force would have earned: doubly robust and self-normalised estimates from a log.

Notation: action a and amount y of each logged decision, its logged propensity pi(a), the action t that the policy in
question takes there, and the weight ``w = [a = t] / pi(a)``. Standard errors sum what is said of a shopper first
(clusters), and intervals are normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm

from lambda_fn.scoring.arrays import Bools, Floats, Indices

LEAST_EFFECTIVE: Final = 200  # decisions
LEAST_EFFECTIVE_SHARE: Final = 0.01
MOST_ERRORS_OFF: Final = 4  # of the mean weight from 1, in standard errors
FOLDS: Final = 2
_RIDGE: Final = 1e-6


@dataclass(frozen=True)
class LoggedActions:
    """n decisions and what became of them.

    ``action``: index of what was done, shape (n,)
    ``amount``: what it earned, in currency, shape (n,)
    ``propensities``: of every action, shape (n, actions)
    ``features``: what the outcome model may use, without a constant, shape (n, features)
    ``cluster``: number of the shopper, shape (n,)
    """

    action: Indices
    amount: Floats
    propensities: Floats
    features: Floats
    cluster: Indices


@dataclass(frozen=True)
class Estimate:
    """A value a decision, in currency, with its standard error and interval."""

    value: float
    standard_error: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Evaluation:
    """The value of one policy, and whether the log can tell it.

    ``gain``: doubly robust value less that of the policy in force
    ``overlap``: share of the decisions whose logged action is the policy's
    ``refusals``: why the estimates must not be used; empty when they may
    """

    doubly_robust: Estimate
    self_normalised: Estimate
    gain: Estimate
    effective_sample: float
    overlap: float
    mean_weight: float
    mean_weight_error: float
    refusals: tuple[str, ...]


def evaluate(log: LoggedActions, target: Indices, current: Indices, confidence: float = 0.95) -> Evaluation:
    """Return what the policy with actions ``target`` would have earned, and its gain on that with ``current``."""
    rows = np.arange(len(target))
    untried = float((log.propensities[rows, target] <= 0).mean())
    weight = weights(log, target)
    scores = doubly_robust_scores(log, target)
    gains = scores - doubly_robust_scores(log, current)
    effective = float(weight.sum() ** 2 / max(float((weight**2).sum()), 1e-300))
    mean = estimate(weight, log.cluster, confidence)
    return Evaluation(
        doubly_robust=estimate(scores, log.cluster, confidence),
        self_normalised=self_normalised(log, weight, confidence),
        gain=estimate(gains, log.cluster, confidence),
        effective_sample=effective,
        overlap=float((log.action == target).mean()),
        mean_weight=mean.value,
        mean_weight_error=mean.standard_error,
        refusals=_refusals(untried, effective, len(rows), mean),
    )


def weights(log: LoggedActions, target: Indices) -> Floats:
    """Return ``[a = t] / pi(a)`` of each decision."""
    own = log.propensities[np.arange(len(target)), log.action]
    matches = (log.action == target).astype(np.float64)
    return np.asarray(np.divide(matches, own, out=np.zeros(len(target)), where=own > 0))


def doubly_robust_scores(log: LoggedActions, target: Indices) -> Floats:
    """Return ``mu(x, t) + w (y - mu(x, a))`` of each decision; their mean is the doubly robust value.

    ``mu`` is cross-fitted: shoppers are cut into FOLDS by the parity of their number, and each fold's mu is a ridge
    regression of y on the features, one an action, on the other fold (the fold's mean of y where it has no row).
    """
    rows = np.arange(len(target))
    predicted = np.empty(log.propensities.shape)
    for fold in range(FOLDS):
        inside = log.cluster % FOLDS == fold
        predicted[inside] = _outcome_model(log, ~inside, log.features[inside])
    own = predicted[rows, log.action]
    return np.asarray(predicted[rows, target] + weights(log, target) * (log.amount - own))


def _outcome_model(log: LoggedActions, train: Bools, features: Floats) -> Floats:
    design = np.column_stack([np.ones(len(features)), features])
    average = float(log.amount[train].mean()) if train.any() else 0.0
    predicted = np.full((len(features), log.propensities.shape[1]), average)
    for action in np.unique(log.action[train]):
        rows = train & (log.action == action)
        x = np.column_stack([np.ones(int(rows.sum())), log.features[rows]])
        gram = x.T @ x
        ridge = _RIDGE * np.diag(np.maximum(np.diag(gram), 1.0))
        predicted[:, action] = design @ np.linalg.solve(gram + ridge, x.T @ log.amount[rows])
    return predicted


def self_normalised(log: LoggedActions, weight: Floats, confidence: float) -> Estimate:
    """Return ``v = sum(w y) / sum(w)``; its error is that of the mean of ``w (y - v) / mean(w)`` (delta method)."""
    total = float(weight.sum())
    if not total:
        return Estimate(float("nan"), float("nan"), (float("nan"), float("nan")))
    value = float(weight @ log.amount) / total
    around = estimate(weight * (log.amount - value) / (total / len(weight)), log.cluster, confidence)
    return _normal(value, around.standard_error, confidence)


def estimate(scores: Floats, cluster: Indices, confidence: float) -> Estimate:
    """Return the mean of scores with its clustered standard error.

    ``sqrt(G / (G - 1) * sum over G shoppers of (sum of their (score - mean))^2) / n``; with one decision a shopper that
    is the standard deviation with n - 1 over the root of n.
    """
    value = float(scores.mean())
    sums = np.bincount(cluster, scores - value)
    groups = max(len(np.unique(cluster)), 2)
    error = float(np.sqrt(groups / (groups - 1) * (sums**2).sum()) / len(scores))
    return _normal(value, error, confidence)


def _normal(value: float, error: float, confidence: float) -> Estimate:
    half = float(norm.ppf(0.5 + confidence / 2)) * error
    return Estimate(value, error, (value - half, value + half))


def _refusals(untried: float, effective: float, decisions: int, mean: Estimate) -> tuple[str, ...]:
    found = []
    if untried:
        found.append(f"untried-action: {untried:.2%} of its actions had propensity 0 in the log")
    if effective < LEAST_EFFECTIVE or effective < LEAST_EFFECTIVE_SHARE * decisions:
        found.append(
            f"effective-sample: {effective:.1f} of {decisions:,} decisions; at least {LEAST_EFFECTIVE} and "
            f"{LEAST_EFFECTIVE_SHARE:.0%} are needed"
        )
    if abs(mean.value - 1) > MOST_ERRORS_OFF * mean.standard_error:
        found.append(
            f"mean-weight: {mean.value:.4f}, over {MOST_ERRORS_OFF} standard errors of {mean.standard_error:.4f} off 1"
        )
    return tuple(found)
