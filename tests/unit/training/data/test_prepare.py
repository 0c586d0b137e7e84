"""A CSV becomes three parts with their labels."""

import datetime as dt
from pathlib import Path

from training.data.options import DataOptions
from training.data.prepare import prepare
from training.data.prepared import Prepared


def test_recency_counts_to_the_newest_date_of_the_data_or_to_the_given_day(twin_csv: Path, prepared: Prepared) -> None:
    assert prepared.as_of == dt.date(2027, 1, 1)
    assert prepare(DataOptions(twin_csv, as_of=dt.date(2026, 5, 1))).as_of == dt.date(2026, 5, 1)
