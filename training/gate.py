"""What stands between a model or a policy and its use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gate:
    """One condition for becoming champion or challenger.

    ``passed``: whether it is met.
    ``detail``: the figures.
    """

    name: str
    passed: bool
    detail: str
