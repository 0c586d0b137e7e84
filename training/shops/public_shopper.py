"""The public shopper: the shop that every command means unless it is told another."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from training.shops.shop import Shop
from training.shops.validated_yaml import read_yaml

SHOPPER_FILE: Final = Path(__file__).with_name("shopper.yaml")


@cache
def public_shopper() -> Shop:
    """Return the shop of the public shopper data set."""
    return read_yaml(SHOPPER_FILE, Shop)
