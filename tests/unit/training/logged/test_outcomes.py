"""Every row of outcomes is taken once, or rejected with its reasons; a file that cannot be read is named."""

import gzip

import numpy as np
import pytest

from training.errors import DataRefused
from training.logged.outcome_rows import WrongRow
from training.logged.outcomes import Outcomes, read_outcomes, require_usable
from training.logged.periods import ALWAYS, parse_period
from training.logged.sources import SourceFile

HEADER = "decision_id,shopper,time,order_value,margin,sent\n"
JULY = {"period-start": "2026-07-01", "period-end": "2026-08-01"}


def read(text: str, id_name: str | None = None) -> Outcomes:
    return read_outcomes([SourceFile("o.csv", text.encode())], lambda raw: f"hash of {raw}", id_name=id_name)


def of(*texts: str) -> Outcomes:
    """Return the outcomes of files of rows under HEADER."""
    return read_outcomes([SourceFile(f"{i}.csv", (HEADER + text).encode()) for i, text in enumerate(texts)])


def test_a_row_may_name_its_decision_or_its_shopper() -> None:
    found = read(
        "decision_id,user_id,time,order_value\nd1,,2026-01-01,5\n,7,2026-01-02T10:00:00+02:00,\nd2,8,2026-01-03,1\n"
    )
    assert found.table["decision_id"].fillna("").tolist() == ["d1", "", "d2"]
    assert found.table["shopper"].fillna("").tolist() == ["", "hash of 7", ""]
    assert found.table["order_value"].tolist() == [5, 0, 1]
    assert found.table["time"].iloc[1].isoformat() == "2026-01-02T08:00:00+00:00"
    assert (found.rows, found.taken, found.rejected) == (3, 3, {})


def test_a_shop_may_name_its_ids_as_it_does() -> None:
    found = read("customer,time,order_value\nNA,2026-01-01,5\n", id_name="customer")
    assert found.table["shopper"].tolist() == ["hash of NA"]
    other = read("customer,time,order_value\n7,2026-01-01,5\n")
    assert "one of decision_id, shopper, user_id, id, separated by commas; it has customer" in other.unusable["o.csv"]


@pytest.mark.parametrize(("word", "sent"), [("1", 1), ("0", 0), ("True", 1), (" no", 0), ("", np.nan)])
def test_whether_a_message_went_out_may_be_said_in_words(word: str, sent: float) -> None:
    found = read(f"id,time,order_value,sent\n7,2026-01-01,5,{word}\n")
    assert found.table["sent"].tolist() == pytest.approx([sent], nan_ok=True)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",2026-01-01,5,1,1", "no id"),
        ("7,1 January,5,1,1", "time is not ISO 8601"),
        ("7,2026-01-01,-5,1,1", "order_value is not a number of at least 0"),
        ("7,2026-01-01,inf,1,1", "order_value is not a number of at least 0"),
        ("7,2026-01-01,5,much,1", "margin is not a number"),
        ("7,2026-01-01,5,1,perhaps", "sent is neither 1 nor 0"),
    ],
)
def test_a_wrong_row_is_rejected_with_its_reason(row: str, reason: str) -> None:
    found = read(f"id,time,order_value,margin,sent\n{row}\n8,2026-01-01,5,,\n")
    assert (found.rows, found.taken, found.rejected) == (2, 1, {reason: 1})


def test_packed_files_and_a_byte_order_mark_are_read() -> None:
    data = gzip.compress("\ufeffid,time,order_value\n7,2026-01-01,5\n".encode())
    assert read_outcomes([SourceFile("o.csv.gz", data)]).taken == 1


def test_rejected_rows_are_told_with_all_their_reasons_and_as_they_came() -> None:
    # Given three faults in one row, a row of too many cells, a row of two lines, and a blank line before the last
    found = of('d1,,yesterday,-5,,perhaps\nd2,,2026-01-01,5,,,\n"d\n3",,2026-01-01,5,,no\n\n ,,2026-01-01,"1,5",,\n')
    assert found.wrong == (
        WrongRow(
            "0.csv",
            2,
            "time is not ISO 8601; order_value is not a number of at least 0; sent is neither 1 nor 0",
            b"d1,,yesterday,-5,,perhaps",
        ),
        WrongRow("0.csv", 3, "7 fields under a header of 6", b"d2,,2026-01-01,5,,,"),
        WrongRow("0.csv", 7, "no id; order_value is not a number of at least 0", b' ,,2026-01-01,"1,5",,'),
    )
    assert found.table["decision_id"].tolist() == ["d\n3"]
    # And each is counted once, by its first reason
    assert found.rejected == {"time is not ISO 8601": 1, "7 fields under a header of 6": 1, "no id": 1}
    assert found.rows == found.taken + found.repeats + len(found.wrong) == 4


def test_a_file_that_was_dropped_twice_counts_once() -> None:
    rows = "d1,,2026-01-01T10:00:00Z,5,,\n,s1,2026-01-01,7,2,1\n,s1,2026-01-01,,,\n"
    once, twice = of(rows), of(rows, rows)
    assert twice.table.equals(once.table)
    assert (twice.rows, twice.taken, twice.repeats, twice.rejected) == (6, 3, 3, {})
    assert once.repeats == 0


@pytest.mark.parametrize(
    ("second", "taken"),
    [
        ("d1,,2026-01-01T12:00:00+02:00,5.0,,", 1),  # the same moment in another zone
        ("d1,,2026-01-01T10:00:00Z,6,,", 2),  # two orders at once
        ("d1,,2026-01-01T10:00:01Z,5,,", 2),
        ("d2,,2026-01-01T10:00:00Z,5,,", 2),
        (",d1,2026-01-01T10:00:00Z,5,,", 2),  # a shopper of that name
    ],
)
def test_what_makes_a_row_a_repeat(second: str, taken: int) -> None:
    found = of(f"d1,,2026-01-01T10:00:00Z,5,,\n{second}\n")
    assert (found.taken, found.repeats) == (taken, 2 - taken)


def test_what_only_one_of_two_such_rows_says_is_kept_and_what_contradicts_is_no_repeat() -> None:
    # Given an order that was posted with whether its message went out, and exported with its margin
    found = of("d1,,2026-01-01,5,,0\n", "d1,,2026-01-01,5,1.5,\n")
    assert (found.taken, found.repeats) == (1, 1)
    assert found.table[["margin", "sent"]].to_numpy().tolist() == [[1.5, 0]]
    # And two orders of one day with different margins
    assert of("d1,,2026-01-01,5,1.5,\nd1,,2026-01-01,5,2.5,\n").taken == 2


DAMAGED = gzip.compress(HEADER.encode() * 99)[:60]


@pytest.mark.parametrize(
    ("data", "metadata", "reason"),
    [
        (b"id,value\n7,5\n", {}, "needs the columns time, order_value and one of"),
        (b"id;time;order_value\n7;2026-01-01;5\n", {}, "separated by commas"),
        (b"id,id,time,order_value\n7,8,2026-01-01,5\n", {}, "the header names id more than once"),
        (b"", {}, "must name the columns, and is empty"),
        (b"PK\x03\x04 and so on", {}, "is a zip archive or a spreadsheet: save it as CSV"),
        (b"id,time,order_value\n".decode().encode("utf-16"), {}, "UTF-16: save it as CSV"),
        (DAMAGED, {}, "the gzip is damaged"),
        (b"id,time,order_value\n", {"period-start": "2026-07-01"}, "give period-start and period-end as ISO 8601"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(
    data: bytes, metadata: dict[str, str], reason: str
) -> None:
    good = SourceFile("good.csv", b"id,time,order_value\n7,2026-01-01,5\n")
    found = read_outcomes([SourceFile("bad.csv", data, metadata), good])
    assert (found.rows, found.taken, found.periods, found.gaps) == (1, 1, (), ())
    assert list(found.unusable) == ["bad.csv"]
    assert found.unusable["bad.csv"].startswith("bad.csv")
    assert reason in found.unusable["bad.csv"]


def test_of_the_period_of_such_a_file_nothing_is_known() -> None:
    good = SourceFile("good.csv", b"id,time,order_value\n7,2026-01-01,5\n")
    found = read_outcomes([good, SourceFile("bad.csv", b"", JULY)])
    assert (found.periods, found.gaps) == ((), (parse_period("2026-07-01/2026-08-01"),))
    assert found.counts()["period_stated"] is False
    # And where no file can be read, of no time at all
    alone = read_outcomes([SourceFile("bad.csv", b"")])
    assert (alone.rows, alone.taken, alone.gaps) == (0, 0, (ALWAYS,))


def test_whoever_needs_all_files_is_told_of_every_one_that_cannot_be_read() -> None:
    good = SourceFile("good.csv", b"id,time,order_value\n7,2026-01-01,5\n")
    require_usable(read_outcomes([good]))
    found = read_outcomes([SourceFile("a.csv", b""), good, SourceFile("b.csv.gz", DAMAGED)])
    with pytest.raises(DataRefused) as refused:
        require_usable(found)
    assert str(refused.value).startswith("2 of the files of --outcomes cannot be read")
    assert all(reason in str(refused.value) for reason in found.unusable.values())
    assert "Mend them" in str(refused.value)


def test_a_file_with_nothing_but_the_header_states_the_period_of_posted_orders() -> None:
    posted = SourceFile("posted.csv", b"id,time,order_value\n7,2026-07-02,5\n")
    found = read_outcomes([SourceFile("period.csv", b"id,time,order_value\n", JULY), posted])
    assert (found.taken, found.periods) == (1, (parse_period("2026-07-01/2026-08-01"),))
