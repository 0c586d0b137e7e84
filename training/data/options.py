"""Which rows to learn from, and how the long steps report on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lambda_fn.scoring.artefact.recipe import Recipe
from training.data.source import Source
from training.shops.public_shopper import public_shopper
from training.shops.shop import Label, Shop

Say = Callable[[str], None]  # gets one line for the user
Progress = Callable[[int], None]  # gets the number of rows read so far


@dataclass(frozen=True)
class DataOptions:
    """Which rows to learn from and what to learn.

    ``path``: a table as the shop writes it, packed with gzip or not.
    ``shop``: what its columns mean.
    ``as_of``: the day that recency counts to; the shop's own when absent.
    ``strict``: treat warnings about the data as errors.
    ``shop_file``: where the shop comes from, to name the line of a column that the table lacks.
    ``allow_imbalance``: accept a label with a small minority class.
    """

    path: Path
    shop: Shop = field(default_factory=public_shopper)
    as_of: dt.date | None = None
    strict: bool = False
    allow_imbalance: bool = False
    shop_file: Path | None = None

    @property
    def source(self) -> Source:
        """Return what to read of the table."""
        return Source.of_shop(self.shop)

    @property
    def recipe(self) -> Recipe:
        """Return the inputs and features, not fitted yet."""
        return self.shop.recipe

    @property
    def label(self) -> Label:
        """Return what the label's column means."""
        return self.shop.label

    @property
    def fixed_as_of(self) -> dt.date | None:
        """Return the day that recency counts to; None for the newest plausible date of the data."""
        named = self.shop.table.as_of
        return self.as_of or (named if isinstance(named, dt.date) else None)
