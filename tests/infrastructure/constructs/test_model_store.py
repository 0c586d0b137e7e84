"""The registry's bucket."""

from __future__ import annotations

from tests.infrastructure.synthesis import Synthesis, lifecycle_rules


def test_models_never_expire(each: Synthesis) -> None:
    assert [rule for rule in lifecycle_rules(each, "Registry") if "ExpirationInDays" in rule] == []
