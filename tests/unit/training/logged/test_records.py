"""Logs of many files, of both kinds, packed or not: each decision counts once."""

import gzip

import pytest

from training.errors import DataRefused
from training.logged.records import read_records
from training.logged.sources import SourceFile

LINE = b'{"decision_id":"%b","shopper":"s","time":"2026-01-01","offer":"none","propensities":{"none":0.5,"mail":0.5}}\n'
TABLE = b"user_id,decision_id,decided_at,recommended_intervention,allowed_interventions,propensities\n"
UNDECIDED = b"user_id,abandonment_risk,recommended_intervention,decision_id,policy_group\n1,0.5,none,d9,exploit\n"


def test_files_are_told_apart_by_what_they_hold() -> None:
    files = [
        SourceFile("a", b"\xef\xbb\xbf\n" + LINE % b"d1" + LINE % b"d2"),
        SourceFile("b", gzip.compress(LINE % b"d2" + LINE % b"d3")),
        SourceFile("c", gzip.compress(TABLE + b"7,d4,2026-01-01,none,none,1\n")),
        SourceFile("d", b"\n"),
    ]
    found = read_records(files, lambda text: f"hash of {text}")
    assert [record.decision_id for record in found.records] == ["d1", "d2", "d3", "d4"]
    assert found.records[3].shopper == "hash of 7"
    assert (found.repeats, found.left_out) == (1, {})


def test_files_without_propensities_are_left_out_and_named() -> None:
    found = read_records([SourceFile("old.csv", UNDECIDED), SourceFile("a", LINE % b"d1")])
    assert (len(found.records), found.left_out) == (1, {"old.csv": 1})


def test_nothing_but_such_files_is_refused_with_what_to_do() -> None:
    with pytest.raises(DataRefused, match=r"^old.csv: scored without control group and exploration.*--control 0.02"):
        read_records([SourceFile("old.csv", UNDECIDED)])


def test_a_log_without_a_decision_is_refused() -> None:
    with pytest.raises(DataRefused, match="hold no decision"):
        read_records([SourceFile("a", b"")])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (LINE % b"d1" + b'{"shopper":1}\n', r"^log: line 2: it has no decision_id"),
        (gzip.compress(LINE % b"d1")[:-3], r"^log: the gzip is damaged"),
        (LINE.replace(b'"none",', b'"none","p":1.5,') % b"d1", r"^log: line 1: p must lie between 0 and 1; it is 1.5"),
        (LINE.replace(b'"2026-01-01"', b"20260101") % b"d1", r"^log: line 1: time must be a text; it is 20260101"),
        (LINE.replace(b"0.5,", b"0.4,") % b"d1", r"^log: line 1: propensities must lie .* they sum to 0.9"),
    ],
)
def test_a_file_that_holds_no_records_is_named(data: bytes, message: str) -> None:
    with pytest.raises(DataRefused, match=message):
        read_records([SourceFile("log", data)])


def test_numbers_that_are_not_known_are_none_and_thirds_may_be_rounded() -> None:
    line = b'{"decision_id":1,"shopper":2,"time":"2026-01-01","offer":"none","p":NaN,"order_value":null,'
    line += b'"propensities":{"none":0.333,"a":0.333,"b":0.333}}'
    record = read_records([SourceFile("log", line)]).records[0]
    assert (record.decision_id, record.shopper, record.p, record.order_value) == ("1", "2", None, None)
