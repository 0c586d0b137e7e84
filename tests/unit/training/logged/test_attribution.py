"""Orders find their decisions, and only what is known counts."""

import numpy as np
import pytest

from lambda_fn.scoring.artefact.policy import Attribution
from lambda_fn.scoring.offers.decision_log import DecisionRecord
from training.errors import DataRefused
from training.logged.attribution import Matured, attribute
from training.logged.outcomes import read_outcomes
from training.logged.periods import parse_period
from training.logged.sources import SourceFile

TERMS = Attribution(window_days=7, lag_days=1)
HEADER = "shopper,time,order_value\n"


def record(number: int, shopper: str, time: str) -> DecisionRecord:
    return DecisionRecord(decision_id=f"d{number}", shopper=shopper, time=time, offer="none", allowed=("none",),
                          propensities=(1.0,))  # fmt: skip


RECORDS = [record(2, "a", "2026-01-05T00:00:00Z"), record(1, "a", "2026-01-01T00:00:00Z"),
           record(3, "b", "2026-01-02T00:00:00Z"), record(4, "b", "2026-02-20T00:00:00Z")]  # fmt: skip


def join(text: str, period: str | None = None) -> Matured:
    outcomes = read_outcomes([SourceFile("o.csv", text.encode())], period=parse_period(period) if period else None)
    return attribute(RECORDS, outcomes, TERMS)


def test_an_order_belongs_to_the_last_decision_before_it_within_the_window() -> None:
    found = join(HEADER + "a,2026-01-03T00:00:00Z,10\na,2026-01-06T00:00:00Z,20\na,2026-01-07T00:00:00Z,5\n"
                 "b,2026-01-09T00:00:01Z,40\nc,2026-01-03T00:00:00Z,50\nb,2026-01-01T00:00:00Z,60\n")  # fmt: skip
    assert [one.decision_id for one in found.records] == ["d1", "d3", "d2", "d4"]
    assert found.revenue.tolist() == [10, 0, 25, 0]
    assert found.bought.tolist() == [True, False, True, False]
    assert found.unattributed == 3


def test_an_order_may_name_its_decision_state_its_margin_and_whether_it_was_sent() -> None:
    found = join(
        "decision_id,time,order_value,margin,sent\nd1,2026-01-06,30,9,1\nd3,2026-01-03,,,0\nd9,2026-01-03,1,1,1\n"
    )
    assert found.revenue.tolist() == [30, 0, 0, 0]
    assert np.nan_to_num(found.margin, nan=-1).tolist() == [9, -1, -1, -1]
    assert found.sent.tolist() == [True, False, True, True]


def test_only_what_is_covered_and_matured_counts() -> None:
    # Given a period from 2 January to 22 February: d1 lies before it, the last one's window and lag end after it
    found = join(HEADER, "2026-01-02/2026-02-22")
    assert [one.decision_id for one in found.records] == ["d3", "d2"]
    assert (found.pending, found.uncovered, found.pending_share) == (1, 1, 0.25)


def test_wrong_rows_are_rejected_with_reasons_and_counted() -> None:
    text = HEADER + "a,2026-01-03,10\n,2026-01-03,10\na,soon,10\na,2026-01-03,-1\na,2027-01-03,1\n"
    found = read_outcomes([SourceFile("o.csv", text.encode())], period=parse_period("2026-01-01/2026-12-31"))
    assert (found.rows, found.taken) == (5, 1)
    assert found.rejected == {
        "no id": 1, "time is not ISO 8601": 1, "order_value is not a number of at least 0": 1, "outside the period": 1
    }  # fmt: skip


def test_raw_ids_are_hashed_and_a_files_own_period_comes_first() -> None:
    file = SourceFile("o.csv", b"user_id,time,order_value\n7,2026-01-03,1\n",
                      {"period-start": "2026-01-01", "period-end": "2026-01-31"})  # fmt: skip
    found = read_outcomes([file], lambda text: f"hash of {text}")
    assert found.table["shopper"].tolist() == ["hash of 7"]
    assert found.periods == (parse_period("2026-01-01/2026-01-31"),)


@pytest.mark.parametrize("text", ["2026-01-02/2026-01-01", "soon/later", "2026-01-01"])
def test_a_period_is_two_times(text: str) -> None:
    with pytest.raises(DataRefused, match="the start first"):
        parse_period(text)


def test_of_what_a_file_covers_that_cannot_be_read_nothing_is_said() -> None:
    # Given a file of orders without a period, and one of January that cannot be read
    january = {"period-start": "2026-01-04T00:00:00Z", "period-end": "2026-02-01"}
    files = [SourceFile("o.csv", HEADER.encode()), SourceFile("bad.csv", b"time", january)]
    found = attribute(RECORDS, read_outcomes(files), TERMS)
    # Then decisions whose windows reach into January's period are left out, as their orders may be in that file
    assert [one.decision_id for one in found.records] == ["d4"]
    assert (found.pending, found.uncovered) == (0, 3)
    # And without any file that can be read, all are
    alone = attribute(RECORDS, read_outcomes(files[1:]), TERMS)
    assert (alone.records, alone.pending, alone.uncovered) == ((), 0, 4)
