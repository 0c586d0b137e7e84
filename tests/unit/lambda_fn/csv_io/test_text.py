"""Texts are written as CSV cells, one by one and as an array."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io.text import cell, cells

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(st.lists(texts, min_size=1, max_size=9))
def test_an_array_of_texts_is_written_as_each_of_them_is(names: list[str]) -> None:
    encoded = [name.encode() for name in names]
    assert cells(np.array(encoded)).tolist() == [cell(name) for name in encoded]
