"""A record comes back as it was written; a line that is none says why."""

import gzip
import json
from dataclasses import replace

import pytest

from lambda_fn.scoring.offers.decision_log import (
    DecisionRecord,
    RecordError,
    policy_version,
    read_file,
    read_line,
    without_repeats,
    write_line,
)
from tests import factories

RECORD = DecisionRecord(
    decision_id="842d221049217cf5e20e53bc",
    shopper="fa0065ef665b526c",
    time="2026-01-01T08:20:00Z",
    model="v20261126T112223-a4bf3774",
    policy="1b851194",
    assignment="1",
    p=0.080568,
    order_value=460.0,
    sensitivity=0.1,
    tier="Mid",
    segment="Dormant",
    allowed=("none", "reminder"),
    propensities=(0.0445, 0.9555),
    offer="reminder",
    greedy="reminder",
    group="exploit",
)
LEAST = {"decision_id": "d", "shopper": "s", "time": "2026-01-01", "offer": "none", "propensities": {"none": 1}}


def test_a_record_comes_back_as_it_was_written() -> None:
    line = write_line(RECORD)
    assert read_line(line) == RECORD
    assert len(line) < 450
    assert line.endswith(b"}\n")


def test_no_attribute_but_the_decisions_own_is_written() -> None:
    assert set(json.loads(write_line(RECORD))) == set(DecisionRecord.__dataclass_fields__)


def test_propensities_may_be_an_object_and_most_fields_may_lack() -> None:
    record = read_line(json.dumps({**LEAST, "propensities": {"none": 0.25, "mail": 0.75}, "colour": 1}).encode())
    assert (record.allowed, record.propensities, record.p) == (("none", "mail"), (0.25, 0.75), None)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda data: gzip.compress(data) + gzip.compress(data)])
def test_files_are_read_plain_and_packed_and_repeats_drop(pack: object) -> None:
    other = replace(RECORD, decision_id="2")
    data = pack(write_line(RECORD) + b"\n" + write_line(other) + write_line(RECORD))  # type: ignore[operator]
    assert list(without_repeats(read_file(data))) == [RECORD, other]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "line 1: not JSON"),
        (b"[1]", "a record is a JSON object"),
        (b'{"offer": "none"}', "it has no decision_id, shopper, time, allowed, propensities"),
        (json.dumps({**LEAST, "propensities": {"none": 0.5}}).encode(), "sum to 1; they sum to 0.5"),
        (json.dumps({**LEAST, "propensities": {"mail": 1}}).encode(), "'none' is always among"),
        (json.dumps({**LEAST, "propensities": [1, 0], "allowed": ["none"]}).encode(), "one propensity for each"),
        (json.dumps({**LEAST, "p": "high"}).encode(), "a number or list is none"),
    ],
)
def test_a_line_that_is_no_record_says_why(line: bytes, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        list(read_file(line))


def test_damaged_gzip_is_named() -> None:
    with pytest.raises(RecordError, match="the gzip is damaged"):
        list(read_file(gzip.compress(write_line(RECORD))[:-9]))


def test_a_policys_version_tells_it_from_another() -> None:
    assert policy_version(factories.policy()) == policy_version(factories.policy())
    cautious = factories.policy(caution={"value": 0.5, "source": "s"})
    assert policy_version(cautious) != policy_version(factories.policy())
