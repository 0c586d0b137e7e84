"""One offer's list for the mailing tool, made while the scored file passes through."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from console.downloads import segment_lines

SCORED = (
    "customer_no,abandonment_risk,recommended_intervention,estimated_margin_impact,warnings\n"
    '"a,1",0.9,discount_10,1.50,"age: missing | x"\n'
    "b,0.1,none,0.00,\n"
    "ü,0.8,discount_10,0.75,\n"
).encode()
EXPECTED = (
    'customer_no,recommended_intervention,estimated_margin_impact\n"a,1",discount_10,1.50\nü,discount_10,0.75\n'
).encode()


@given(st.lists(st.integers(0, len(SCORED)), max_size=6))
def test_a_segment_is_the_same_however_the_file_arrives(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(SCORED)]
    pieces = [SCORED[start:end] for start, end in pairwise(places)]
    assert b"".join(segment_lines(pieces, "discount_10")) == EXPECTED
