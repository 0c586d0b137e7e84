"""The log's puts: packed, counted, and no reason for anything else to fail."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn import contract
from lambda_fn.api.decided import Decided, decide
from lambda_fn.api.decision_stream import DecisionStream, packed
from lambda_fn.api.served_model import ServedModel
from lambda_fn.registry import Artefact
from lambda_fn.scoring.offers.assignment import Assigner, Assignment
from lambda_fn.scoring.offers.decision_log import read_file
from tests import factories

MODEL = ServedModel(Artefact(*factories.artefact()))
AT = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


def decided(count: int, assigner: Assigner | None = None) -> Decided:
    records = [{**factories.record(), "last_purchase_date": dt.date(2026, 6, 20)} for _ in range(count)]
    scores = MODEL.scorer.score(MODEL.reader.columns(records), factories.AS_OF)
    return decide(MODEL, [f"s{n}" for n in range(count)], scores, AT, assigner or Assigner(Assignment(), b"k" * 32))


def test_the_decisions_of_several_requests_are_one_put_and_are_put_once(capsys: pytest.CaptureFixture[str]) -> None:
    puts: list[bytes] = []
    stream = DecisionStream(puts.append, deferred=True)
    first, second = decided(3), decided(2)
    stream.add([first])
    stream.add([second])
    stream.flush()
    stream.flush()
    [data] = puts
    assert [record.decision_id for record in read_file(data)] == [*first.ids, *second.ids]
    assert json.loads(capsys.readouterr().out)[contract.METRIC_DECISIONS_LOGGED] == [5.0]


def test_where_nobody_comes_after_the_answer_decisions_are_put_at_once() -> None:
    puts: list[bytes] = []
    stream = DecisionStream(puts.append)
    stream.add([decided(3)])
    assert [len(list(read_file(data))) for data in puts] == [3]


def test_a_put_that_fails_raises_nothing_and_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(data: bytes) -> None:
        raise ConnectionError(f"{len(data)} bytes refused")

    stream = DecisionStream(refuse)
    stream.add([decided(3)])
    stream.flush()
    assert contract.METRIC_DECISIONS_LOGGED not in capsys.readouterr().out


@given(st.lists(st.binary(min_size=1, max_size=30)), st.integers(min_value=30, max_value=100))
def test_what_is_packed_is_whole_and_fits(lines: list[bytes], limit: int) -> None:
    packs = list(packed(lines, limit))
    assert b"".join(data for _, data in packs) == b"".join(lines)
    assert sum(count for count, _ in packs) == len(lines)
    assert all(len(data) <= limit for _, data in packs)
