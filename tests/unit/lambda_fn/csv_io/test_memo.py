"""A memo answers what its parser answers, however often and in whatever order texts come."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io.cells import Cells
from lambda_fn.csv_io.memo import BAD, Memo

texts = st.binary(max_size=20) | st.sampled_from([b"abcdefghXijklmnop", b"abcdefghYijklmnop", b"", b"ab", b"ba"])


@given(st.lists(st.lists(texts, max_size=20), max_size=4))
def test_a_text_has_the_value_of_its_own(blocks: list[list[bytes]]) -> None:
    memo = Memo(lambda text: None if text.startswith(b"x") else float(hash(text) % 1000))

    for block in blocks:
        expected = [BAD if text.startswith(b"x") else float(hash(text) % 1000) for text in block]
        np.testing.assert_array_equal(memo.values(Cells.of(block)), expected)


def test_a_repeated_text_is_read_once() -> None:
    asked: list[bytes] = []

    def parse(text: bytes) -> float:
        asked.append(text)
        return float(len(text))

    memo = Memo(parse)

    for _ in range(3):
        memo.values(Cells.of([b"yes", b"no", b"a text of more than sixteen bytes"]))

    assert asked == [b"yes", b"no", b"a text of more than sixteen bytes"]
