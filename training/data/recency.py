"""The day that recency counts to."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.scoring.artefact.recipe import DateInput, Recipe
from training.data.options import Say

EPOCH: Final = dt.date(1970, 1, 1)
NEARLY_ALL: Final = 0.999  # of the dates
FARTHEST_DAYS: Final = 90  # of a plausible date after nearly all the others


def newest_date(table: pd.DataFrame, recipe: Recipe, say: Say = lambda _: None) -> dt.date:
    """Return the newest date of the data that lies within FARTHEST_DAYS of nearly all the others, and say which.

    One mistyped year would otherwise move everybody's recency. A date of the data, and never today, because the same
    data must give the same model on any day.
    """
    columns = [table[item.name].to_numpy(dtype=np.float64) for item in recipe.inputs if isinstance(item, DateInput)]
    days = np.concatenate([np.empty(0), *columns])
    days = days[~np.isnan(days)]
    if not days.size:
        return EPOCH
    plausible = days <= np.quantile(days, NEARLY_ALL, method="lower") + FARTHEST_DAYS
    newest = EPOCH + dt.timedelta(days=int(days[plausible].max()))
    later = np.count_nonzero(~plausible)
    latest = EPOCH + dt.timedelta(days=int(days.max()))
    apart = f"; {later:,} later, up to {latest}, taken for slips" if later else ""
    say(f"recency counts to {newest}, the newest date of the data{apart} (--as-of sets another day)")
    return newest
