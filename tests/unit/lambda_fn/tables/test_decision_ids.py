"""Ids of decisions: one a shopper and file, whatever shares the column with it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.scoring.offers.assignment import DECISION_ID_CHARACTERS
from lambda_fn.tables.decision_ids import DecisionIds

shopper_ids = st.binary(min_size=1, max_size=40).map(lambda text: text.replace(b"\0", b"x"))


def ids_of(job: str, shoppers: list[bytes]) -> list[str]:
    return [bytes(row).decode() for row in DecisionIds(job).of(np.array(shoppers))]


@given(st.lists(shopper_ids, min_size=1, max_size=20, unique=True))
def test_an_id_does_not_depend_on_the_ids_beside_it(shoppers: list[bytes]) -> None:
    assert ids_of("job", shoppers) == [ids_of("job", [shopper])[0] for shopper in shoppers]


def test_shoppers_and_files_have_ids_of_their_own() -> None:
    shoppers = [b"%d" % number for number in range(100_000)]
    found = ids_of("one file", shoppers) + ids_of("another", shoppers)
    assert len(set(found)) == 200_000
    assert {len(one) for one in found} == {DECISION_ID_CHARACTERS}


def test_a_shopper_who_comes_twice_with_other_values_has_two_ids() -> None:
    shoppers, risk, value = np.array([b"7", b"7", b"7", b"8"]), np.array([0.5, 0.5, 0.7, 0.5]), np.full(4, 20.0)
    first, repeated, other, neighbour = (bytes(row) for row in DecisionIds("job").of(shoppers, risk, value))
    assert first == repeated
    assert len({first, other, neighbour}) == 3
