"""What shoppers get: the policy's best offer, none for the control group, one by chance for explorers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lambda_fn.scoring.arrays import Bools, Indices
from lambda_fn.scoring.offers.assignment import EXPLOIT, Assigner, choose, with_none
from lambda_fn.scoring.offers.decider import Decider
from lambda_fn.scoring.service import Scores


def assign(decider: Decider, scores: Scores, ids: Sequence[bytes], assigner: Assigner) -> tuple[Scores, Indices]:
    """Return the scores with what each shopper gets in place of the best offer, and the groups, shape (n,).

    ``ids`` are UTF-8. The margin becomes that of the offer that is made. Chance may make one whose margin is negative.
    """
    draws = assigner.draw(ids)
    exploited = draws.group == EXPLOIT
    if exploited.all():
        return scores, draws.group
    others = np.flatnonzero(~exploited)
    choice = choose(allowed_choices(scores), scores.choice, draws, assigner.assignment).choice
    margins = np.column_stack([np.zeros(len(choice)), decider.margins(scores.signals)])
    margin = scores.margin.copy()
    margin[others] = margins[others, choice[others]]
    return replace(scores, choice=choice, margin=margin), draws.group


def allowed_choices(scores: Scores) -> Bools:
    """Return what each shopper may get, shape (n, choices); "none" comes first."""
    return with_none(scores.eligible)
