"""One model's decisions in answer to a request: ids and groups now, the records of the log when there is time."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from pydantic_core import to_json

from lambda_fn.api.rounded import rounded
from lambda_fn.api.served_model import ServedModel
from lambda_fn.scoring.arrays import Indices
from lambda_fn.scoring.deciding import assign
from lambda_fn.scoring.offers.assignment import (
    DECISION_ID_CHARACTERS,
    EXPLOIT,
    GROUPS,
    Assigner,
    Assignment,
    propensities,
    with_none,
)
from lambda_fn.scoring.offers.decision_log import PROPENSITY_DECIMALS, SIGNAL_DECIMALS
from lambda_fn.scoring.service import Scores


@dataclass(frozen=True)
class Decided:
    """What n shoppers get.

    scores: with the choice that each shopper gets.
    greedy: the choice of the policy alone, shape (n,).
    ids: of the decisions.
    groups: control, explore or exploit.
    shoppers: their ids as the hashes take them.
    assigner: draws the groups; None where the routing has no key yet. Nothing is logged then.
    """

    model: ServedModel
    at: dt.datetime
    scores: Scores
    greedy: Indices
    ids: Sequence[str]
    groups: Sequence[str]
    shoppers: Sequence[bytes]
    assigner: Assigner | None

    def __len__(self) -> int:
        return len(self.ids)

    def records(self) -> Iterator[bytes]:
        """Yield each decision's record for the log, one line of JSON; ``DecisionRecord`` says what its fields mean."""
        if self.assigner is None:
            return
        model, signals, choices = self.model, self.scores.signals, self.model.scorer.choices
        assignment = self.assigner.assignment
        shares = assignment.control_share, assignment.explore_share
        shared = {
            "time": self.at.isoformat(timespec="milliseconds"),
            "model": model.scorer.version,
            "policy": model.policy_version,
            "assignment": str(assignment.version),
        }
        rows = zip(
            rounded(signals.risk, SIGNAL_DECIMALS),
            rounded(signals.order_value, SIGNAL_DECIMALS),
            rounded(signals.sensitivity, SIGNAL_DECIMALS),
            signals.value_tier.tolist(),
            signals.recency_segment.tolist(),
            self.scores.choice.tolist(),
            self.greedy.tolist(),
            self.scores.eligible.tolist(),
            strict=True,
        )
        for row, (risk, value, sensitivity, tier, segment, choice, greedy, eligible) in enumerate(rows):
            open_choices, chances = _chances(tuple(eligible), greedy, *shares)
            record = {
                "decision_id": self.ids[row],
                "shopper": self.assigner.shopper_hash(self.shoppers[row]),
                **shared,
                "p": risk,
                "order_value": value,
                "sensitivity": sensitivity,
                "tier": model.tiers[int(tier)],
                "segment": model.segments[int(segment)],
                "allowed": [choices[open_choice] for open_choice in open_choices],
                "propensities": chances,
                "offer": choices[choice],
                "greedy": choices[greedy],
                "group": self.groups[row],
            }
            yield to_json(record) + b"\n"


@lru_cache(maxsize=1_024)
def _chances(
    eligible: tuple[bool, ...], greedy: int, control_share: float, explore_share: float
) -> tuple[Sequence[int], Sequence[float]]:
    """Return the choices of a shopper eligible for these offers, and each one's propensity; few combinations occur."""
    allowed = with_none(np.array([eligible]))
    shares = Assignment(control_share=control_share, explore_share=explore_share)
    chances = propensities(allowed, np.array([greedy]), shares)[0].round(PROPENSITY_DECIMALS)
    open_choices = np.flatnonzero(allowed[0])
    return open_choices.tolist(), chances[open_choices].tolist()


def decide(
    model: ServedModel, users: Sequence[str | int], scores: Scores, at: dt.datetime, assigner: Assigner | None
) -> Decided:
    """Return what each of the users gets. 7 and "7" are one shopper."""
    shoppers = [str(user).encode() for user in users]
    version, greedy = model.scorer.version, scores.choice
    name = assigner.decision_id if assigner else _unkeyed_id
    ids = [
        name(shopper, version, moment) for shopper, moment in zip(shoppers, _moments(shoppers, scores, at), strict=True)
    ]
    if assigner is None:
        return Decided(model, at, scores, greedy, ids, [GROUPS[EXPLOIT]] * len(ids), shoppers, None)
    shares = assigner.assignment
    if not (shares.control_share or shares.explore_share):
        return Decided(model, at, scores, greedy, ids, [GROUPS[EXPLOIT]] * len(ids), shoppers, assigner)
    scores, groups = assign(model.scorer.decider, scores, shoppers, assigner)
    return Decided(model, at, scores, greedy, ids, [GROUPS[group] for group in groups.tolist()], shoppers, assigner)


def _moments(shoppers: Sequence[bytes], scores: Scores, at: dt.datetime) -> list[str]:
    """Return when each decision was made; a shopper who comes twice with other values gets two decisions."""
    moment = at.isoformat()
    if len(set(shoppers)) == len(shoppers):
        return [moment] * len(shoppers)
    values = zip(scores.signals.risk.tolist(), scores.signals.order_value.tolist(), strict=True)
    return [f"{moment} {risk:.{SIGNAL_DECIMALS}f} {value:.{SIGNAL_DECIMALS}f}" for risk, value in values]


def _unkeyed_id(shopper: bytes, model: str, moment: str) -> str:
    message = b"\0".join((shopper, model.encode(), moment.encode()))
    return hashlib.sha256(message).hexdigest()[:DECISION_ID_CHARACTERS]
