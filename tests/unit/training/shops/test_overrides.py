"""Options of a command change a shop, or are refused where it has no such thing."""

import pytest

from training.errors import LabelRefused, ShopRefused
from training.shops.overrides import ALL_COUNTRIES, overridden
from training.shops.public_shopper import public_shopper
from training.shops.shop import RateLabel, ValueLabel

SHOP = public_shopper()


def test_nothing_asked_for_changes_nothing() -> None:
    assert overridden(SHOP) == SHOP


def test_a_country_replaces_the_shops_own_and_all_keeps_every_row() -> None:
    assert SHOP.table.rows == {"country": ("USA",)}
    assert overridden(SHOP, country="Japan").table.rows == {"country": ("Japan",)}
    assert overridden(SHOP, country=ALL_COUNTRIES).table.rows == {}


def test_other_rows_to_keep_stay() -> None:
    table = SHOP.table.model_copy(update={"rows": {"device": ("Mobile",), "country": ("USA",)}})
    found = overridden(SHOP.model_copy(update={"table": table}), country=ALL_COUNTRIES)
    assert found.table.rows == {"device": ("Mobile",)}


def test_threshold_and_unit_of_a_rate_are_replaced() -> None:
    found = overridden(SHOP, threshold_percent=40, label_unit="fraction").label
    assert found == RateLabel(column="cart_abandonment_rate", unit="fraction", threshold_percent=40)
    assert found != SHOP.label


def test_a_unit_that_does_not_exist_is_refused() -> None:
    with pytest.raises(LabelRefused, match="no label unit 'permille'; choose auto, percent, fraction"):
        overridden(SHOP, label_unit="permille")


def test_a_label_of_values_has_neither_threshold_nor_unit() -> None:
    shop = SHOP.model_copy(update={"label": ValueLabel(column="end", abandoned=("left",))})
    with pytest.raises(ShopRefused, match="the label of shop 'shopper' is no rate; it has neither threshold nor unit"):
        overridden(shop, threshold_percent=40)
