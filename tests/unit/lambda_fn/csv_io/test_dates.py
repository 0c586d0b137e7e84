"""Dates, as a column and as the standard library reads them one by one."""

import datetime as dt
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io.cells import Cells
from lambda_fn.csv_io.dates import parse_dates
from lambda_fn.scoring.columns import days_since_epoch

dates = st.one_of(
    st.dates().map(str),
    st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"),
    st.text("0123456789-/T ", max_size=12),
)


def days(text: str) -> float | None:
    try:
        return days_since_epoch(dt.date.fromisoformat(text)) if len(text) == 10 and text[4] == "-" else None
    except ValueError:
        return None


@given(st.lists(dates, min_size=1, max_size=20))
def test_a_date_is_what_the_calendar_knows(written: list[str]) -> None:
    values, strange = parse_dates(Cells.of([text.encode() for text in written]))

    for text, value, odd in zip(written, values.tolist(), strange.tolist(), strict=True):
        wanted = days(text)
        assert odd == (wanted is None and text != ""), text
        np.testing.assert_equal(value, math.nan if wanted is None else wanted, err_msg=text)
