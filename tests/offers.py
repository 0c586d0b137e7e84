"""Offers as a policy's document has them."""

from typing import Any


def sourced(value: float) -> dict[str, Any]:
    return {"value": value, "source": "assumption made for tests"}


def offer(name: str, discount: float, cost: float, base: float, gain: float = 0, **rule: Any) -> dict[str, Any]:
    return {
        "name": name,
        "discount_share": sourced(discount),
        "fixed_cost": sourced(cost),
        "base_recovery_rate": sourced(base),
        "gain_per_sensitivity": sourced(gain),
        "eligibility": rule,
    }
