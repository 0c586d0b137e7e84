"""Shoppers of the simulated loop, made once a module."""

import pytest

from training.loop.world import Shoppers, twin_shoppers
from training.shops.public_shopper import public_shopper


@pytest.fixture(scope="module")
def shoppers() -> Shoppers:
    return twin_shoppers(public_shopper().offers, 20_000, 1)
