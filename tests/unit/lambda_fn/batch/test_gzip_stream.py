"""Unpacking as it comes in: whatever the cuts, in bounded pieces, and with a word on what is damaged."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.batch.errors import UnusableFile
from lambda_fn.batch.gzip_stream import unpack
from lambda_fn.batch.objects import PIECE_BYTES


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(1, 50), st.integers(0, 40))
def test_members_and_cuts_do_not_show(members: list[bytes], size: int, padding: int) -> None:
    packed = b"".join(map(gzip.compress, members)) + b"\0" * padding
    assert b"".join(unpack(cut(packed, size))) == b"".join(members)


@given(st.binary(min_size=1, max_size=300), st.data())
def test_what_breaks_off_is_refused(text: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(text)
    length = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(UnusableFile, match="breaks off"):
        list(unpack([packed[:length]]))


@given(st.binary(max_size=60))
def test_noise_is_refused_and_nothing_else_happens(noise: bytes) -> None:
    try:
        list(unpack([noise]))
    except UnusableFile:
        return
    assert zlib.decompress(noise, wbits=31) is not None


def test_a_small_file_that_unpacks_to_very_much_comes_in_small_pieces() -> None:
    packed = gzip.compress(b"\0" * 50_000_000)
    assert len(packed) < 60_000
    sizes = [len(piece) for piece in unpack(cut(packed, PIECE_BYTES))]
    assert sum(sizes) == 50_000_000
    assert max(sizes) <= PIECE_BYTES
