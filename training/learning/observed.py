"""What rates are learnt from."""

from __future__ import annotations

from dataclasses import dataclass

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.offers.decider import Signals


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

    def take(self, rows: Bools) -> Observed:
        """Return some of the decisions."""
        return Observed(
            self.risk[rows], self.sensitivity[rows], self.offer[rows], self.bought[rows], self.eligible[rows]
        )


def take_signals(signals: Signals, rows: slice | Indices | Bools) -> Signals:
    """Return some of the shoppers' signals."""
    return Signals(
        signals.risk[rows],
        signals.order_value[rows],
        signals.sensitivity[rows],
        signals.value_tier[rows],
        signals.recency_segment[rows],
    )
