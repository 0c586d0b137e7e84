"""Decimals are written as numpy rounds them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io.decimals import write_decimals


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=20), st.sampled_from([1, 2, 3, 4, 6]))
def test_decimals_are_those_of_numpy_rounding(values: list[float], places: int) -> None:
    pieces = write_decimals(np.array(values), places)
    found = [row.tobytes().replace(b"\0", b"").decode() for row in np.concatenate(pieces, axis=1)]
    assert found == [f"{round(x * 10**places) / 10**places:.{places}f}" for x in np.array(values).tolist()]
