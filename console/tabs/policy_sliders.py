"""What of a policy can be moved by sliders, and the policy that the moved sliders make."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from console import words
from lambda_fn.scoring.artefact.policy import Policy

TRIED: Final = "Tried out in the console; not measured."


@dataclass(frozen=True)
class Knob:
    """One number of a policy that can be moved.

    path: where it stands in the policy's document.
    value: the champion's.
    """

    path: tuple[str | int, ...]
    label: str
    value: float
    maximum: float
    step: float


def knobs(policy: Mapping[str, Any]) -> dict[str, list[Knob]]:
    """Return what can be moved, by what it is about: the shop first, then each offer."""
    shop = [
        Knob(("gross_margin_rate",), "Gross margin", policy["gross_margin_rate"]["value"], 1.0, 0.01),
        Knob(("caution",), "Caution: cut of assumed rates", policy["caution"]["value"], 1.0, 0.05),
    ]
    found = {"Shop": shop}
    for place, offer in enumerate(policy["interventions"]):
        at: tuple[str | int, ...] = ("interventions", place)
        cost = offer["fixed_cost"]["value"]
        found[words.offer(offer["name"])] = [
            *_discount(at, offer, policy["currency"]),
            Knob((*at, "fixed_cost"), f"Cost per customer, {policy['currency']}", cost, max(1.0, 4 * cost), 0.01),
            Knob((*at, "base_recovery_rate"), "Recovery rate", offer["base_recovery_rate"]["value"], 0.5, 0.01),
        ]
    return found


def _discount(at: tuple[str | int, ...], offer: Mapping[str, Any], currency: str) -> list[Knob]:
    """Return what the offer gives away: a share of the order, or an amount."""
    if amount := offer.get("discount_amount"):
        most = max(1.0, 4 * amount["value"])
        return [Knob((*at, "discount_amount"), f"Discount, {currency}", amount["value"], most, 0.01)]
    return [Knob((*at, "discount_share"), "Discount", offer["discount_share"]["value"], 0.5, 0.01)]


def changed_policy(policy: Mapping[str, Any], moved: Sequence[tuple[Knob, float]]) -> Policy:
    """Return the policy with the moved numbers, each saying that it was tried out. Raises PolicyError."""
    document = copy.deepcopy(dict(policy))
    for knob, value in moved:
        if abs(value - knob.value) < knob.step / 100:
            continue
        part: Any = document
        for name in knob.path:
            part = part[name]
        part.update(value=value, source=TRIED)
    return Policy.model_validate(document)


def as_yaml(policy: Policy) -> str:
    """Return a policy as the file that ``--offers`` reads."""
    document = policy.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
