"""The reference offer: a discount of 10 % for everybody, which the policy's choices are compared with."""

from __future__ import annotations

from typing import Final

from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.offers.decider import SHARE_TOLERANCE

REFERENCE_SHARE: Final = 0.10


def reference_offer(policy: Policy) -> int | None:
    """Return the position of the first offer with a discount of 10 %, whatever its name; None where there is none."""
    shares = (offer.share for offer in policy.interventions)
    return next((i for i, share in enumerate(shares) if abs(share - REFERENCE_SHARE) <= SHARE_TOLERANCE), None)
