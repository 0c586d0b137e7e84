"""How long a control group must run until an effect shows."""

from __future__ import annotations

import math

from training.offers.ab_test import sample_size


def weeks_until_shown(
    baseline: float, lift: float, shoppers_per_week: float, control_share: float, power: float = 0.8
) -> int:
    """Return the weeks until a rise of conversion from ``baseline`` by ``lift`` shows against the control group.

    It takes as many shoppers as ``sample_size`` asks for at 5 % significance, ``control_share`` of them without an
    offer. The attribution window and lag come on top.
    """
    needed = sample_size(baseline, lift, power=power, share=1 - control_share)
    return math.ceil((needed.control + needed.treatment) / shoppers_per_week)
