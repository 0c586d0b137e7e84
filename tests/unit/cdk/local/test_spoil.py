from __future__ import annotations

import pytest

from cdk.local.spoil import WAYS, spoil

HEADER = b"user_id,age,monthly_spend,average_order_value,country"


def clean_csv(rows: int) -> bytes:
    return b"\n".join([HEADER, *(b"u%d,30,100,20,USA" % number for number in range(rows)), b""])


def test_spoils_exactly_the_rows_asked_for_and_each_way_is_used() -> None:
    # Given a clean file
    clean = clean_csv(100)

    # When four times as many rows as there are ways are spoiled
    spoiled = spoil(clean, 4 * len(WAYS), seed=1)

    # Then that many lines differ, no line is lost, and the header stays
    before, after = clean.split(b"\n"), spoiled.split(b"\n")
    assert len(after) == len(before)
    assert after[0] == HEADER
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 4 * len(WAYS)


def test_every_way_spoils_a_row_differently() -> None:
    columns = HEADER.decode().split(",")
    cells = [b"u1", b"30", b"100", b"20", b"USA"]

    spoiled = {way: b",".join(change(cells, columns)) for way, change in WAYS.items()}

    assert b",".join(cells) not in spoiled.values()
    assert len(set(spoiled.values())) == len(WAYS)


def test_the_seed_decides_the_places() -> None:
    clean = clean_csv(100)

    assert spoil(clean, 10, seed=1) == spoil(clean, 10, seed=1)
    assert spoil(clean, 10, seed=1) != spoil(clean, 10, seed=2)


def test_more_rows_than_there_are_cannot_be_spoiled() -> None:
    with pytest.raises(ValueError, match="cannot spoil 3 of 2 rows"):
        spoil(clean_csv(2), 3, seed=1)
