"""What offers are held against: a tenth off for everybody, whatever the policy calls it."""

from __future__ import annotations

from typing import Final

from lambda_fn.scoring.decider import SHARE_TOLERANCE
from lambda_fn.scoring.policy import Policy

CONTRAST_SHARE: Final = 0.10


def ten_percent_offer(policy: Policy) -> int | None:
    """Return the position of the first offer with a discount of 10 %; None where the policy has none."""
    shares = (offer.share for offer in policy.interventions)
    return next((i for i, share in enumerate(shares) if abs(share - CONTRAST_SHARE) <= SHARE_TOLERANCE), None)
