"""Columns that say what another column says already: copies of each other, and the label under another name."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Bools, Floats, Labels
from training.drafting.profile import Profile
from training.models.metrics import Ranking

LEAKAGE_AUC = 0.995  # alone, as `run` refuses it


def copies(columns: pd.DataFrame, names: Iterable[str]) -> dict[str, str]:
    """Return column -> the earlier column that it repeats cell by cell, or under other texts one to one."""
    found: dict[str, str] = {}
    seen: dict[int, list[tuple[str, np.ndarray]]] = {}
    for name in names:
        codes, _ = pd.factorize(columns[name])  # by order of first appearance: a renaming of the texts changes nothing
        key = hash(codes.tobytes())
        twin = next((other for other, theirs in seen.get(key, []) if np.array_equal(codes, theirs)), None)
        if twin is None:
            seen.setdefault(key, []).append((name, codes))
        else:
            found[name] = twin
    return found


def auc_alone(profile: Profile, cells: pd.Series, labels: Labels, labelled: Bools) -> float:
    """Return the AUC of one column alone, in its better direction, on the rows that are ``labelled``.

    Numbers and dates rank by value, missing ones below all. Texts rank by their own share of positives.
    """
    values = profile.numbers if profile.numbers is not None else profile.days
    known = labels[labelled]
    if values is None:
        return _either_way(known, _positive_shares(cells[labelled], known))
    ranked = values[labelled]
    present = (~np.isnan(ranked)).astype(np.float64)
    return max(_either_way(known, _below_all(ranked)), _either_way(known, present))


def _either_way(labels: Labels, values: Floats) -> float:
    auc = Ranking(labels, values, 0.5).roc_auc()
    return max(auc, 1 - auc)


def _below_all(values: Floats) -> Floats:
    known = values[~np.isnan(values)]
    lowest = known.min() - 1 if known.size else 0.0
    return np.where(np.isnan(values), lowest, values)


def _positive_shares(cells: pd.Series, labels: Labels) -> Floats:
    shares = pd.Series(labels, dtype=np.float64).groupby(cells.to_numpy(dtype=object)).transform("mean")
    return shares.to_numpy(dtype=np.float64)
