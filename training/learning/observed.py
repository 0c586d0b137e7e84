"""What rates are learnt from."""

from __future__ import annotations

from dataclasses import dataclass

from lambda_fn.scoring.arrays import Bools, Floats, Indices


@dataclass(frozen=True)
class Observed:
    """n matured decisions with known signals, each field of shape (n,) unless it says otherwise.

    ``offer``: index into the policy's choices
    ``eligible``: which offers each shopper may get, shape (n, offers)
    """

    risk: Floats
    sensitivity: Floats
    offer: Indices
    bought: Bools
    eligible: Bools
