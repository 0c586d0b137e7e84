"""Decisions joined with what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.artefact.policy import Attribution
from lambda_fn.scoring.offers.decision_log import DecisionRecord
from training.errors import DataRefused
from training.logged.outcomes import Outcomes


@dataclass(frozen=True)
class Matured:
    """Decisions whose outcome is known, in the order of their time, and what came of each, of shape (n,).

    ``revenue``: value of the orders attributed to it
    ``margin``: realised margin that the outcomes state; NaN where they state none
    ``sent``: whether the message went out; True where nothing is said
    ``pending``: decisions that have not matured
    ``uncovered``: decisions whose window lies outside every period that a file covers
    ``unattributed``: orders that belong to no decision
    ``unlogged``: of them, those that name a decision which the log does not hold
    """

    records: tuple[DecisionRecord, ...]
    bought: Bools
    revenue: Floats
    margin: Floats
    sent: Bools
    pending: int
    uncovered: int
    unattributed: int
    unlogged: int = 0

    def take(self, kept: Bools) -> Matured:
        """Return some of the matured decisions."""
        records = tuple(record for record, one in zip(self.records, kept.tolist(), strict=True) if one)
        return replace(
            self,
            records=records,
            bought=self.bought[kept],
            revenue=self.revenue[kept],
            margin=self.margin[kept],
            sent=self.sent[kept],
        )

    @property
    def pending_share(self) -> float:
        """Return the share of all decisions that have not matured."""
        return self.pending / max(self.pending + self.uncovered + len(self.records), 1)


def attribute(records: Sequence[DecisionRecord], outcomes: Outcomes, terms: Attribution) -> Matured:
    """Return the matured decisions with their outcomes.

    An order belongs to the decision that it names, or to the shopper's last decision at or before it, if it came
    within ``window_days`` of that. Several orders of one decision are summed. A decision is matured when its window and
    ``lag_days`` end within the last period, and its window lies within the periods. Files that state no period are
    taken to cover all of time, but for the periods of files that cannot be read.
    """
    decisions = _table(records)
    order = decisions["time"].argsort(kind="stable").to_numpy()
    decisions = decisions.iloc[order].reset_index(drop=True)
    window = pd.Timedelta(days=terms.window_days)
    orders = outcomes.table
    place = _places(decisions, orders)
    since = _instants(orders["time"]) - _instants(decisions["time"])[np.maximum(place, 0)]
    named = orders["decision_id"].notna().to_numpy()
    inside = (place >= 0) & (since <= window.to_timedelta64()) & (named | (since >= np.timedelta64(0)))
    sums = _sums(orders, place, inside, len(decisions))
    matured, covered = _maturity(decisions["time"], outcomes, window, pd.Timedelta(days=terms.lag_days))
    kept = np.flatnonzero(matured & covered)
    return Matured(
        records=tuple(records[i] for i in order[kept]),
        bought=sums[0][kept] > 0,
        revenue=sums[0][kept],
        margin=sums[1][kept],
        sent=sums[2][kept],
        pending=int((~matured).sum()),
        uncovered=int((matured & ~covered).sum()),
        unattributed=int((~inside & (orders["order_value"] > 0).to_numpy()).sum()),
        unlogged=int((named & (place < 0)).sum()),
    )


def _instants(time: pd.Series) -> np.ndarray:
    return np.asarray(time.dt.tz_localize(None).to_numpy(dtype="datetime64[us]"))


def _table(records: Sequence[DecisionRecord]) -> pd.DataFrame:
    table = pd.DataFrame({
        "decision_id": pd.Series([record.decision_id for record in records], dtype="str"),
        "shopper": pd.Series([record.shopper for record in records], dtype="str"),
        "time": pd.to_datetime(
            pd.Series([record.time for record in records], dtype="str"), errors="coerce", utc=True, format="ISO8601"
        ),
    })  # fmt: skip
    if unreadable := int(table["time"].isna().sum()):
        raise DataRefused(f"{unreadable} decisions have a time that is not ISO 8601, such as 2026-11-26T10:00:00Z")
    return table


def _places(decisions: pd.DataFrame, orders: pd.DataFrame) -> Indices:
    """Return the position of each order's decision; -1 where it has none."""
    place = np.full(len(orders), -1, np.intp)
    named = orders["decision_id"].notna().to_numpy()
    by_id = pd.Series(np.arange(len(decisions)), index=decisions["decision_id"])
    place[named] = by_id.reindex(orders.loc[named, "decision_id"]).fillna(-1).to_numpy(dtype=np.intp)
    others = (
        orders.loc[~named, ["shopper", "time"]].assign(row=np.flatnonzero(~named)).sort_values("time", kind="stable")
    )
    if len(others):
        by_shopper = decisions[["shopper", "time"]].assign(place=np.arange(len(decisions)))
        found = pd.merge_asof(others, by_shopper, on="time", by="shopper", direction="backward")
        place[found["row"].to_numpy()] = found["place"].fillna(-1).to_numpy(dtype=np.intp)
    return place


def _sums(orders: pd.DataFrame, place: Indices, inside: Bools, size: int) -> tuple[Floats, Floats, Bools]:
    """Return each decision's order value, stated margin (NaN where none is stated), and whether it was sent."""
    at = place[inside]
    revenue = np.bincount(at, orders["order_value"].to_numpy()[inside], minlength=size).astype(np.float64)
    stated = orders["margin"].to_numpy()[inside]
    known = ~np.isnan(stated)
    margin = np.bincount(at[known], stated[known], minlength=size).astype(np.float64)
    margin[np.bincount(at[known], minlength=size) == 0] = np.nan
    unsent = np.bincount(at, orders["sent"].to_numpy()[inside] == 0, minlength=size) > 0
    return revenue, margin, ~unsent


def _maturity(time: pd.Series, outcomes: Outcomes, window: pd.Timedelta, lag: pd.Timedelta) -> tuple[Bools, Bools]:
    """Return which decisions have matured, and whose windows the periods cover."""
    if not outcomes.periods:
        unknown = np.zeros(len(time), bool)
        for start, end in outcomes.gaps:
            unknown |= ((time <= end) & (time + window >= start)).to_numpy()
        return np.ones(len(time), bool), ~unknown
    matured = (time + window + lag <= outcomes.periods[-1][1]).to_numpy()
    covered = np.zeros(len(time), bool)
    for start, end in outcomes.periods:
        covered |= ((time >= start) & (time + window <= end)).to_numpy()
    return matured, covered
