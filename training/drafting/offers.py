"""The offers of a draft: assumptions, each said to be one, which the shop replaces with its own figures.

The currency and the value of an order are told by the names of the columns and the signs around their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from training.drafting.profile import Profile
from training.drafting.shop_text import ShopText, scalar

ASSUMED_ORDER_VALUE: Final = 50
_ORDER_VALUE_NAME: Final = re.compile(
    r"(order|cart|basket|checkout|purchase)[\s_.-]*(value|total|amount|sum|price)|(^|[^a-z])aov([^a-z]|$)|sub[\s_.-]?total"
    r"|bestell(wert|summe|betrag)|warenkorb|warenwert|auftragswert|einkaufswert|(montant|valeur).*(panier|commande)"
    r"|(importe|valor).*(pedido|carrito)|(valore|importo).*(ordine|carrello)|bestelwaarde",
    re.IGNORECASE,
)
_NO_AMOUNT: Final = re.compile(r"anzahl|count|number|share|rate|items|quantity|minuten|days|tage", re.IGNORECASE)
ASSUMED_CURRENCY: Final = "USD"
_SIGNS: Final = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₺": "TRY", "zł": "PLN", "R$": "BRL", "$": "USD"}
_CODES: Final = ("EUR", "USD", "GBP", "CHF", "JPY", "INR", "PLN", "BRL", "SEK", "NOK", "DKK", "CZK", "CAD", "AUD")

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


def draft_offers(text: ShopText, numbers: Sequence[Profile], signs: Sequence[str] = ()) -> None:
    """Write the offers; the order value is a column of such a name, or a constant to be replaced.

    ``numbers``: the columns of numbers among the inputs.
    ``signs``: that stand around numbers of the table.
    """
    text.add()
    text.comment(
        "What the shop can offer, what each offer costs, and what it is hoped to recover. Every number names its"
    )
    text.comment("source: put your own margins there first.")
    text.add("offers:")
    currency, reason = _currency([column.name for column in numbers], signs)
    text.add(f"  currency: {currency}", reason, f"the currency of the offers is {reason}")
    named = next((column.name for column in numbers if _is_order_value(column)), None)
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


def _is_order_value(column: Profile) -> bool:
    return bool(_ORDER_VALUE_NAME.search(column.name)) and not _NO_AMOUNT.search(column.name)


def _currency(names: Sequence[str], signs: Sequence[str]) -> tuple[str, str]:
    """Return the currency and why: the only one that signs and names of columns tell, or an assumption."""
    found: dict[str, str] = {}
    for sign in signs:
        if code := _code_of(sign):
            found.setdefault(code, f"{code}, as {sign!r} stands around numbers")
    for name in names:
        if code := _code_of(name):
            found.setdefault(code, f"{code}, as the column {name} says")
    if len(found) == 1:
        return next(iter(found.items()))
    told = f": the table names {' and '.join(found)}" if found else ""
    return ASSUMED_CURRENCY, f"assumed to be {ASSUMED_CURRENCY}{told}"


def _code_of(text: str) -> str | None:
    """Return the currency that a text names, by its code as a word of its own or by its sign.

    >>> _code_of("Warenkorb €"), _code_of("price_eur"), _code_of("neuron")
    ('EUR', 'EUR', None)
    """
    words = re.split(r"[^a-z]+", text.lower())
    by_code = next((code for code in _CODES if code.lower() in words), None)
    return by_code or next((code for sign, code in _SIGNS.items() if sign in text), None)
