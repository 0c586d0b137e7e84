"""The offers of a draft: assumptions, each said to be one, which the shop replaces with its own figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from training.drafting.profile import Profile
from training.drafting.shop_text import ShopText, scalar

ASSUMED_ORDER_VALUE: Final = 50
_ORDER_VALUE_NAME: Final = re.compile(r"(order|cart|basket)[\s_.-]*(value|total|amount)|aov", re.IGNORECASE)

_OFFERS: Final = """\
  gross_margin_rate: {value: 0.30, source: "Assumption: replace it with the shop's own gross margin."}
  caution:
    value: 0.5
    source: "Chosen: half of each assumed recovery rate is believed, until an experiment has measured it."
  minimum_margin_rate:
    value: 0.10
    source: "Assumption: below 10 % after the discount an order no longer pays for handling and returns."
  least_known:
    value: 0.5
    source: "Chosen: a paid offer needs a shopper of whom at least half of what the model goes by is known."
  interventions:
    - name: reminder
      discount_share: {value: 0.0, source: "A message; no price is changed."}
      fixed_cost: {value: 0.02, source: "Assumption: one e-mail and one push message."}
      base_recovery_rate: {value: 0.04, source: "Assumption: 4 % of reminded abandoners come back who would not have."}
    - name: free_shipping
      discount_amount: {value: 5, source: "Assumption: what shipping an order costs, paid only when it is placed."}
      fixed_cost: {value: 0.05, source: "Assumption: the message, and setting up the offer."}
      base_recovery_rate:
        value: 0.09
        source: "Assumption: 9 %; extra costs are the reason given most for leaving a cart."
      eligibility:
        minimum_risk: {value: 0.4, source: "Chosen: from medium risk; below it most would have bought anyway."}
    - name: discount_10
      discount_share: {value: 0.10, source: "The offer: 10 % off for 48 hours."}
      fixed_cost: {value: 0.05, source: "Assumption: the message, and setting up the offer."}
      base_recovery_rate: {value: 0.14, source: "Assumption: 14 % of all shoppers; nobody has measured it here."}
      eligibility:
        minimum_risk:
          value: 0.7
          source: "Chosen: from high risk; a tenth of the price is for carts that are nearly lost."
"""


def draft_offers(text: ShopText, numbers: Sequence[Profile]) -> None:
    """Write the offers; the order value is a column of such a name, or a constant to be replaced."""
    text.add()
    text.comment(
        "What the shop can offer, what each offer costs, and what it is hoped to recover. Every number names its"
    )
    text.comment("source: put your own margins there first.")
    text.add("offers:")
    text.add("  currency: USD", "assumed", "the currency of the offers is assumed to be USD")
    named = next((column.name for column in numbers if _ORDER_VALUE_NAME.search(column.name)), None)
    if named is not None:
        text.add(
            f"  order_value: {scalar(named)}",
            "by its name: the value of the order at stake",
            f"is {named} the value of the order at stake?",
        )
    else:
        text.add(
            f'  order_value: {{value: {ASSUMED_ORDER_VALUE}, source: "Assumption: no column seems to hold it."}}',
            question=f"every order is assumed to be worth {ASSUMED_ORDER_VALUE}; name a column or your average",
        )
    text.add_all(_OFFERS.splitlines())
