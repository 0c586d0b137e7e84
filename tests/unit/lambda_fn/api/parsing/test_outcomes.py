"""Posted outcomes: what is taken, what is named as faulty, and the table that learning reads."""

import json
from typing import Any

import pytest

from lambda_fn.api.parsing.outcomes import OutcomeReader
from lambda_fn.scoring.errors import InvalidRecords
from lambda_fn.scoring.offers.assignment import Assigner, Assignment

READER = OutcomeReader("user_id")
ASSIGNER = Assigner(Assignment(), b"k" * 32)
GOOD = {"user_id": 7, "time": "2026-07-03T10:00:00Z", "order_value": 80.5}


def body(*outcomes: object, **more: object) -> bytes:
    return json.dumps({"outcomes": outcomes, **more}).encode()


def test_each_way_to_name_a_decision_is_written_as_learning_reads_it() -> None:
    rows = READER.read(
        body(
            GOOD,
            {"id": "7", "time": "2026-07-03T12:00:00+02:00", "order_value": 0, "sent": False},
            {"decision_id": "d1", "time": "2026-07-03T10:00:00", "order_value": 12, "sent": 1},
            {**GOOD, "decision_id": "d2", "sent": None},
        )
    )
    seven = ASSIGNER.shopper_hash(b"7")
    assert READER.as_csv(rows, ASSIGNER).decode().splitlines() == [
        "decision_id,shopper,time,order_value,sent",
        f",{seven},2026-07-03T10:00:00+00:00,80.5,",
        f",{seven},2026-07-03T12:00:00+02:00,0.0,0",
        "d1,,2026-07-03T10:00:00+00:00,12.0,1",
        f"d2,{seven},2026-07-03T10:00:00+00:00,80.5,",
    ]


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        (body({"time": GOOD["time"], "order_value": 1}), ["/outcomes/0"]),
        (body(GOOD, {**GOOD, "user_id": None}), ["/outcomes/1"]),
        (body({"user_id": 7}), ["/outcomes/0/time", "/outcomes/0/order_value"]),
        (body({**GOOD, "order_value": -1}), ["/outcomes/0/order_value"]),
        (b'{"outcomes": [{"user_id": 7, "time": "2026-07-03T10:00:00Z", "order_value": NaN}]}',
         ["/outcomes/0/order_value"]),
        (body({**GOOD, "time": "yesterday"}), ["/outcomes/0/time"]),
        (body({**GOOD, "time": 1_780_000_000}), ["/outcomes/0/time"]),
        (body({**GOOD, "sent": 2}), ["/outcomes/0/sent"]),
        (body({**GOOD, "order_vale": 3}), ["/outcomes/0/order_vale"]),
        (body(GOOD, period="July"), ["/period"]),
        (body(), ["/outcomes"]),
        (body(*[GOOD] * 1_001), ["/outcomes"]),
        (b"{}", ["/outcomes"]),
        (b"[]", [""]),
    ],
)  # fmt: skip
def test_what_is_faulty_is_named(content: bytes, pointers: list[str]) -> None:
    with pytest.raises(InvalidRecords) as refused:
        READER.read(content)
    assert [fault.pointer for fault in refused.value.faults] == pointers


def test_the_fault_says_what_to_send() -> None:
    with pytest.raises(InvalidRecords) as refused:
        OutcomeReader("Kunden-Nr.").read(body({"time": "x", "order_value": 1}, {**_without_id(), "sent": "no"}))
    assert [fault.message for fault in refused.value.faults] == [
        "expected a time such as 2026-11-26T10:00:00Z",
        "expected true or false",
    ]
    with pytest.raises(InvalidRecords, match=r"give decision_id or Kunden-Nr\."):
        OutcomeReader("Kunden-Nr.").read(body(_without_id()))


def _without_id() -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != "user_id"}
