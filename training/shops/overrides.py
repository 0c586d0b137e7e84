"""What a command's options change about a shop."""

from __future__ import annotations

from typing import Final, get_args

from training.errors import LabelRefused, ShopRefused
from training.shops.shop import RateLabel, Shop, Unit

ALL_COUNTRIES: Final = "all"
COUNTRY: Final = "country"


def overridden(
    shop: Shop,
    *,
    country: str | None = None,
    threshold_percent: float | None = None,
    label_unit: str | None = None,
) -> Shop:
    """Return the shop with what was asked for in place of its own; raise ShopRefused where it has no such thing.

    ``country``: keep the rows of that country only, or of ALL_COUNTRIES.
    ``threshold_percent``, ``label_unit``: of a label that is a rate.
    """
    changed = shop
    if country is not None:
        others = {name: values for name, values in shop.table.rows.items() if name != COUNTRY}
        rows = others if country == ALL_COUNTRIES else {**others, COUNTRY: (country,)}
        changed = changed.model_copy(update={"table": shop.table.model_copy(update={"rows": rows})})
    asked = {"threshold_percent": threshold_percent, "unit": label_unit}
    wanted = {name: value for name, value in asked.items() if value is not None}
    if wanted:
        if not isinstance(shop.label, RateLabel):
            raise ShopRefused(f"the label of shop {shop.name!r} is no rate; it has neither threshold nor unit")
        if label_unit is not None and label_unit not in get_args(Unit):
            raise LabelRefused(f"no label unit {label_unit!r}; choose {', '.join(get_args(Unit))}")
        label = RateLabel.model_validate({**shop.label.model_dump(), **wanted})
        changed = changed.model_copy(update={"label": label})
    return changed
