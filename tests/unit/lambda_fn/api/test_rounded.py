"""Few numbers are rounded as numpy rounds many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.api.rounded import FEW, rounded

any_number = st.one_of(
    st.floats(),
    st.floats(-1, 1),
    st.integers(-(10**9), 10**9).map(lambda halves: halves / 2e6),  # as near to one as to the other
)


@given(st.lists(any_number, min_size=1, max_size=FEW + 1), st.integers(0, 6))
@pytest.mark.filterwarnings("ignore:overflow")
def test_the_numbers_are_those_of_numpy(numbers: list[float], decimals: int) -> None:
    values = np.array(numbers)
    np.testing.assert_array_equal(np.array(rounded(values, decimals)), values.round(decimals))
