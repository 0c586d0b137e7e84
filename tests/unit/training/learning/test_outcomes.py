"""Every row of an outcomes file is taken or rejected with its reason."""

import gzip

import numpy as np
import pytest

from training.errors import DataRefused
from training.learning.outcomes import Outcomes, read_outcomes
from training.learning.sources import SourceFile


def read(text: str, id_name: str | None = None) -> Outcomes:
    return read_outcomes([SourceFile("o.csv", text.encode())], lambda raw: f"hash of {raw}", id_name=id_name)


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
    with pytest.raises(DataRefused, match="one of decision_id, shopper, user_id, id; it has customer, time"):
        read("customer,time,order_value\n7,2026-01-01,5\n")


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
