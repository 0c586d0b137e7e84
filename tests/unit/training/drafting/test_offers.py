"""Currency and order value are told by names and signs; what is not told is said to be an assumption."""

import pandas as pd
import pytest

from lambda_fn.scoring.artefact.dialect import Dialect
from training.drafting.offers import draft_offers
from training.drafting.profile import profile
from training.drafting.shop_text import ShopText

NUMBERS = pd.Series(["1", "2.5", "7"], dtype="str")


def drafted(names: list[str], signs: tuple[str, ...] = ()) -> tuple[dict[str, str], list[str]]:
    """Return the first lines of the offers without their comments, and the questions."""
    text = ShopText()
    draft_offers(text, [profile(name, NUMBERS, Dialect()) for name in names], signs)
    pairs = (line.partition("#")[0].strip().split(": ", 1) for line in text.lines if line.startswith("  "))
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}, [question for _, question in text.questions]


@pytest.mark.parametrize(
    ("names", "signs", "currency", "why"),
    [
        (["pages"], (), "USD", "assumed to be USD"),
        (["pages"], ("€",), "EUR", "EUR, as '€' stands around numbers"),
        (["Warenkorb €"], (), "EUR", "EUR, as the column Warenkorb € says"),
        (["price_gbp"], (), "GBP", "GBP, as the column price_gbp says"),
        (["Income"], ("$",), "USD", "USD, as '$' stands around numbers"),
        (["price_eur"], ("$",), "USD", "assumed to be USD: the table names USD and EUR"),
        (["neuron", "shift"], ("%",), "USD", "assumed to be USD"),
    ],
)
def test_the_currency_is_the_one_that_the_table_tells(
    names: list[str], signs: tuple[str, ...], currency: str, why: str
) -> None:
    lines, questions = drafted(names, signs)
    assert lines["currency"] == currency
    assert questions[0] == f"the currency of the offers is {why}"


@pytest.mark.parametrize(
    "name", ["order_value", "Cart Total", "Bestellwert (€)", "Warenkorb €", "AOV", "basket-amount", "Montant du panier"]
)
def test_a_column_of_such_a_name_is_the_order_value(name: str) -> None:
    lines, questions = drafted(["pages", name])
    assert lines["order_value"].strip('"') == name
    assert questions[1] == f"is {name} the value of the order at stake?"


@pytest.mark.parametrize("name", ["pages", "order count", "Anzahl Bestellsumme", "border_value_rate", "chaos"])
def test_without_such_a_column_a_constant_is_assumed_and_asked_about(name: str) -> None:
    lines, questions = drafted([name])
    assert lines["order_value"].startswith("{value: 50, source:")
    assert questions[1] == "every order is assumed to be worth 50; name a column or your average"
