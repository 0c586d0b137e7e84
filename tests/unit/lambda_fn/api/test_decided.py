"""A request's decisions: stable ids, and records that the log's reader takes."""

import datetime as dt

import pytest

from lambda_fn.api.decided import Decided, decide
from lambda_fn.api.served_model import ServedModel
from lambda_fn.registry import Artefact
from lambda_fn.scoring.offers.assignment import Assigner, Assignment
from lambda_fn.scoring.offers.decision_log import policy_version, read_line
from tests import factories

AT = dt.datetime(2026, 7, 1, 12, 30, 0, 123_456, tzinfo=dt.UTC)
MODEL = ServedModel(Artefact(*factories.artefact()))
ASSIGNER = Assigner(Assignment(version=3, control_share=0.3, explore_share=0.3), b"k" * 32)
USERS: list[str | int] = [f"shopper-{number}" for number in range(50)]


def decided(assigner: Assigner | None, users: list[str | int] = USERS) -> Decided:
    records = [{**factories.record(), "last_purchase_date": dt.date(2026, 6, 20)} for _ in users]
    scores = MODEL.scorer.score(MODEL.reader.columns(records), factories.AS_OF)
    return decide(MODEL, users, scores, AT, assigner)


def test_each_record_says_what_was_decided_and_names_no_shopper() -> None:
    found = decided(ASSIGNER)
    lines = list(found.records())
    records = [read_line(line) for line in lines]
    assert {record.group for record in records} == {"control", "explore", "exploit"}
    assert not any(str(user).encode() in line for user, line in zip(USERS, lines, strict=True))
    for row, record in enumerate(records):
        assert (record.decision_id, record.group) == (found.ids[row], found.groups[row])
        assert record.shopper == ASSIGNER.shopper_hash(str(USERS[row]).encode())
        assert record.offer == MODEL.scorer.choices[found.scores.choice[row]]
        assert record.greedy == MODEL.scorer.choices[found.greedy[row]]
        assert (record.time, record.model) == ("2026-07-01T12:30:00.123+00:00", factories.VERSION)
        assert (record.policy, record.assignment) == (policy_version(MODEL.manifest.policy), "3")
        assert record.p == pytest.approx(found.scores.signals.risk[row], abs=1e-6)
        assert record.order_value == found.scores.signals.order_value[row]
        assert (record.tier, record.segment) == (
            MODEL.tiers[int(found.scores.signals.value_tier[row])],
            MODEL.segments[int(found.scores.signals.recency_segment[row])],
        )
        assert set(record.allowed) <= set(MODEL.scorer.choices)
        assert len(lines[row]) < 600


def test_the_same_shopper_gets_the_same_alone_and_among_others() -> None:
    together = list(decided(ASSIGNER).records())
    assert [next(decided(ASSIGNER, [user]).records()) for user in USERS] == together


def test_7_and_its_text_are_one_shopper() -> None:
    number, text = decided(ASSIGNER, [7, "7"]).records()
    assert number == text


@pytest.mark.parametrize("assigner", [ASSIGNER, None])
def test_a_shopper_who_comes_twice_with_other_values_gets_two_decisions(assigner: Assigner | None) -> None:
    records = [
        {**factories.record(average_order_value=value), "last_purchase_date": dt.date(2026, 6, 20)}
        for value in (50.0, 90.0, 50.0)
    ]
    scores = MODEL.scorer.score(MODEL.reader.columns(records), factories.AS_OF)
    first, other, again = decide(MODEL, ["7", "7", "7"], scores, AT, assigner).ids
    assert first == again
    assert first != other


def test_without_a_key_there_are_ids_and_no_records() -> None:
    found = decided(None)
    assert len(set(found.ids)) == len(USERS)
    assert set(found.groups) == {"exploit"}
    assert list(found.records()) == []
