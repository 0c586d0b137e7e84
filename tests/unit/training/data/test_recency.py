"""Recency counts to the newest plausible date."""

import datetime as dt

from training.data.prepared import Prepared
from training.data.recency import EPOCH, newest_date


def test_a_mistyped_future_date_moves_nobodys_recency(prepared: Prepared) -> None:
    # Given the same shoppers, one of whom is said to have bought in 2099
    table = prepared.report.usable.astype({"last_purchase_date": float})
    table.loc[0, "last_purchase_date"] = (dt.date(2099, 1, 1) - EPOCH).days
    said: list[str] = []
    # When the day is chosen that recency counts to, then it is the one before the slip, and both are told
    assert newest_date(table, prepared.recipe, said.append) == prepared.as_of
    assert said[0].startswith(
        f"recency counts to {prepared.as_of}, the newest date of the data; 1 later, up to 2099-01-01"
    )


def test_dates_that_go_on_after_most_of_the_others_are_no_slips(prepared: Prepared) -> None:
    table = prepared.report.usable.astype({"last_purchase_date": float})
    later = prepared.as_of + dt.timedelta(days=60)
    table.loc[0, "last_purchase_date"] = (later - EPOCH).days
    assert newest_date(table, prepared.recipe) == later
