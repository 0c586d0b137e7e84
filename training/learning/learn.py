"""From decisions and outcomes to effects, a learnt policy, and whether it may become challenger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np

from lambda_fn.registry import Artefact
from lambda_fn.scoring.artefact.policy import Attribution, Policy
from training.errors import DataRefused
from training.experiment.effects import Effect, estimate_effects, interactions
from training.experiment.off_policy import Evaluation, evaluate
from training.experiment.sample_ratio import SampleRatio, check_sample_ratio
from training.experiment.trial import Trial
from training.gate import Gate
from training.learning.cross_fit import cross_fitted_choices
from training.learning.joined import (
    allowed_of,
    decided,
    signals_of,
    to_logged,
    to_observed,
    to_trial,
    with_signals,
)
from training.learning.learnt_policy import Learnt, chance_of_gain, learn_policy
from training.learning.no_purchase import fit_line
from training.logged.attribution import Matured, attribute
from training.logged.outcomes import Outcomes
from training.logged.records import Decisions

LEAST_CHANCE_OF_GAIN: Final = 0.9
LEAST_MATURED: Final = 50_000
SIGNALS: Final = ("p", "order_value", "sensitivity")  # that may be declared as what decides who responds


@dataclass(frozen=True)
class Question:
    """What is asked of a log.

    ``assumed``: the policy whose assumptions are the prior; the model's own when absent
    ``respond``: signals declared beforehand, of SIGNALS
    ``attribution``: instead of the policy's
    """

    model: Artefact | None = None
    assumed: Policy | None = None
    respond: tuple[str, ...] = ()
    attribution: Attribution | None = None
    confidence: float = 0.95
    data: str = "decision log"

    @property
    def policy(self) -> Policy | None:
        """Return the policy in force."""
        return self.model.manifest.policy if self.model else None


@dataclass(frozen=True)
class Findings:
    """All that a log says.

    ``refusals``: why nothing further was estimated, or why the learnt policy's value must not be used
    ``notes``: what was left out, and why
    """

    counts: dict[str, Any]
    sample_ratio: SampleRatio
    arms: tuple[str, ...]
    effects: list[Effect] = field(default_factory=list)
    responders: list[dict[str, Any]] = field(default_factory=list)
    learnt: Learnt | None = None
    evaluation: Evaluation | None = None
    chance_of_gain: float | None = None
    no_purchase_line: dict[str, float] | None = None
    refusals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()

    @property
    def may_challenge(self) -> bool:
        """Return whether the learnt policy passed every gate."""
        return bool(self.gates) and all(gate.passed for gate in self.gates)


def learn(decisions: Decisions, outcomes: Outcomes, question: Question) -> Findings:
    """Return what the log says. A broken sample ratio stops everything after it."""
    policy = question.policy
    terms = question.attribution or (policy.attribution if policy else Attribution())
    matured = attribute(decisions.records, outcomes, terms)
    trial = to_trial(matured, policy)
    ratio = check_sample_ratio(trial)
    found = Findings(counts=_counts(decisions, outcomes, matured, trial), sample_ratio=ratio, arms=trial.arms)
    if ratio.broken:
        return _with(found, refusals=(_sample_ratio_refusal(ratio),))
    effects = estimate_effects(trial, question.confidence)
    found = _with(found, effects=effects, notes=_notes(trial, matured, effects))
    if question.model is None:
        return _with(found, notes=(*found.notes, "only effects: no model was named (--model)"))
    return _learn_policy(found, matured, question, question.model)


def _with(found: Findings, **changes: Any) -> Findings:
    return Findings(**{**{name: getattr(found, name) for name in Findings.__dataclass_fields__}, **changes})


def _sample_ratio_refusal(ratio: SampleRatio) -> str:
    if ratio.impossible:
        return f"sample-ratio: {ratio.impossible:,} decisions did what their propensities say was impossible"
    return f"sample-ratio: p-value {ratio.p_value:.3g}; the traffic was not split as the log says"


def _notes(trial: Trial, matured: Matured, effects: Sequence[Effect]) -> tuple[str, ...]:
    notes = [f"{effect.offer}: {effect.not_compared}" for effect in effects if effect.not_compared]
    if trial.margin is None:
        notes.append("no margin: name a model whose policy knows every offer, or give a column margin in the outcomes")
    elif trial.covariate is None:
        notes.append("no adjusted margin: some records lack p or order_value")
    if matured.unattributed:
        notes.append(f"{matured.unattributed:,} orders belong to no decision: none came before them within the window")
    return tuple(notes)


def _counts(decisions: Decisions, outcomes: Outcomes, matured: Matured, trial: Trial) -> dict[str, Any]:
    return {
        "decisions": len(decisions.records),
        "repeats": decisions.repeats,
        "matured": len(matured.records),
        "pending": matured.pending,
        "pending_share": matured.pending_share,
        "outside_the_periods": matured.uncovered,
        "shoppers": len(np.unique(trial.shopper)),
        "conversions": int(trial.bought.sum()),
        "orders_without_a_decision": matured.unattributed,
        "sent_share": float(matured.sent.mean()),
        "outcome_rows": outcomes.rows,
        "outcome_rows_taken": outcomes.taken,
        "outcome_rows_repeated": outcomes.repeats,
        "outcome_rows_rejected": outcomes.rejected,
        "period_stated": bool(outcomes.periods),
        "files_without_propensities": decisions.left_out,
    }


def _learn_policy(found: Findings, matured: Matured, question: Question, model: Artefact) -> Findings:
    policy, recipe = model.manifest.policy, model.manifest.recipe
    if unknown := sorted(set(found.arms) - set(policy.choices)):
        return _with(found, notes=(*found.notes, f"only effects: the policy does not know {', '.join(unknown)}"))
    known = with_signals(matured.records, model)
    if not known.any():
        return _with(found, notes=(*found.notes, "only effects: the records lack p or other signals"))
    if not known.all():
        left_out = int((~known).sum())
        found = _with(found, notes=(*found.notes, f"{left_out:,} records that lack p or other signals teach no policy"))
        matured = matured.take(known)
    trial = to_trial(matured, policy)
    signals = signals_of(matured.records, policy, recipe)
    values = dict(zip(SIGNALS, (signals.risk, signals.order_value, signals.sensitivity), strict=True))
    if wrong := [name for name in question.respond if name not in values]:
        raise DataRefused(f"no signal {', '.join(wrong)}; there are {', '.join(SIGNALS)}")
    allowed = allowed_of(matured.records, policy)
    assumed = question.assumed or policy
    seen, log = to_observed(trial, signals, allowed), to_logged(trial, signals)
    learnt = learn_policy(assumed, seen, question.data)
    before, after = (decided(one, recipe, signals, allowed) for one in (policy, learnt.policy))
    fitted = cross_fitted_choices(assumed, recipe, seen, signals, allowed, trial.shopper)
    evaluation = evaluate(log, fitted, before, question.confidence)
    of_all = evaluate(log, after, before, question.confidence)
    refusals = tuple(dict.fromkeys((*of_all.refusals, *evaluation.refusals)))
    evaluation = replace(evaluation, refusals=refusals)
    chance = chance_of_gain(learnt, before, after, signals)
    untreated = trial.arm == 0
    lost = (~trial.bought[untreated]).astype(np.float64)
    line = fit_line(signals.risk[untreated], lost, np.ones(int(untreated.sum()))) if untreated.any() else (0.0, 0.0)
    return _with(
        found,
        responders=interactions(trial, {name: values[name] for name in question.respond}),
        learnt=learnt,
        evaluation=evaluation,
        chance_of_gain=chance,
        no_purchase_line={"intercept": float(line[0]), "slope": float(line[1])},
        refusals=refusals,
        gates=_gates(len(matured.records), evaluation, chance),
    )


def _gates(matured: int, evaluation: Evaluation, chance: float) -> tuple[Gate, ...]:
    upper = evaluation.gain.interval[1]
    return (
        Gate("matured decisions", matured >= LEAST_MATURED, f"{matured:,}; at least {LEAST_MATURED:,} are needed"),
        Gate("its value can be told", not evaluation.refusals, "; ".join(evaluation.refusals) or "yes"),
        Gate("chance of a gain", chance >= LEAST_CHANCE_OF_GAIN, f"{chance:.1%}; at least {LEAST_CHANCE_OF_GAIN:.0%}"),
        Gate("the gain's upper bound is not below 0", upper >= 0, f"{upper:+.4f} a decision"),
    )


def to_document(found: Findings, question: Question) -> dict[str, Any]:
    """Return learnt.json. NaN becomes null."""
    policy = found.learnt.policy if found.learnt else None
    document = {
        "data": question.data,
        "confidence": question.confidence,
        "arms": list(found.arms),
        "counts": found.counts,
        "sample_ratio": {**asdict(found.sample_ratio), "broken": found.sample_ratio.broken},
        "effects": [asdict(effect) for effect in found.effects],
        "responders": found.responders,
        "no_purchase": {
            **policy.no_purchase.model_dump(),
            "line": found.no_purchase_line,
        }
        if policy and policy.no_purchase
        else None,
        "rates": _rates(found.learnt) if found.learnt else None,
        "evaluation": asdict(found.evaluation) if found.evaluation else None,
        "chance_of_gain": found.chance_of_gain,
        "gates": [{"name": gate.name, "passed": gate.passed, "found": gate.detail} for gate in found.gates],
        "may_challenge": found.may_challenge,
        "refusals": list(found.refusals),
        "notes": list(found.notes),
    }
    return _finite(document)  # type: ignore[no-any-return]


def _rates(learnt: Learnt) -> list[dict[str, Any]]:
    return [
        {
            "offer": offer.name,
            "base": rate.base,
            "base_interval": rate.interval(),
            "gain": rate.gain,
            "covariance": rate.covariance.tolist(),
            "decisions": rate.shoppers,
            "caution": rate.caution,
            "assumption_counts_as_shoppers": learnt.rates.prior_shoppers,
        }
        for offer, rate in zip(learnt.policy.interventions, learnt.rates.offers, strict=True)
    ]


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
