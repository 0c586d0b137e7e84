"""Chunks of a file own each of its lines once, wherever the cuts fall."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_fn.contract import MAX_LINE_BYTES
from lambda_fn.csv_io.blocks import SHOWN_BYTES, OwnedLines, TooLong, reading_range
from lambda_fn.csv_io.encoding import Encoding

FIRST_LINE = 5  # behind a header of five bytes


def pieces_of(data: bytes, start: int, stop: int, size: int) -> Iterator[bytes]:
    for place in range(start, min(stop, len(data)), size):
        yield data[place : min(place + size, stop, len(data))]


def owned(text: bytes, start: int, end: int, piece: int) -> tuple[list[bytes | TooLong], OwnedLines]:
    data = b"head\n" + text
    first, last = reading_range(FIRST_LINE, start, end)
    lines = OwnedLines(pieces_of(data, first, last, piece), offset=first, start=start, end=end)
    return list(lines), lines


def lines_of(blocks: list[bytes | TooLong]) -> list[bytes | TooLong]:
    found: list[bytes | TooLong] = []
    for block in blocks:
        found += block.splitlines(keepends=True) if isinstance(block, bytes) else [block]
    return found


texts = st.lists(st.binary(max_size=9).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"")), max_size=12).map(
    b"\n".join
)


@given(texts, st.integers(1, 40), st.integers(1, 15))
def test_every_line_has_one_owner_whatever_the_size_of_chunks_and_pieces(text: bytes, chunk: int, piece: int) -> None:
    end_of_file = FIRST_LINE + len(text)
    starts = range(FIRST_LINE, max(end_of_file, FIRST_LINE + 1), chunk)

    found: list[bytes | TooLong] = []
    place = FIRST_LINE
    for start in starts:
        blocks, lines = owned(text, start, min(start + chunk, end_of_file), piece)
        found += lines_of(blocks)
        if lines.owned:
            assert lines.owned[0] == place
            place = lines.owned[1]
        assert not lines.cut_off

    assert place == end_of_file
    complete = text if text.endswith(b"\n") or not text else text + b"\n"
    assert found == complete.splitlines(keepends=True)


@pytest.mark.parametrize("length", [MAX_LINE_BYTES, MAX_LINE_BYTES + 1])
@pytest.mark.parametrize("chunk", [1_000, 300_000, 5_000_000])
def test_only_a_line_longer_than_the_limit_is_too_long(length: int, chunk: int) -> None:
    text = b"before\n" + b"x" * length + b"\nafter\n"
    end_of_file = FIRST_LINE + len(text)
    expected = TooLong(b"x" * SHOWN_BYTES) if length > MAX_LINE_BYTES else b"x" * length + b"\n"

    found = [
        line
        for start in range(FIRST_LINE, end_of_file, chunk)
        for line in lines_of(owned(text, start, min(start + chunk, end_of_file), 65_536)[0])
    ]

    assert found == [b"before\n", expected, b"after\n"]


def test_a_worker_reads_no_further_than_a_line_may_reach() -> None:
    text = b"y" * (3 * MAX_LINE_BYTES) + b"\nafter\n"
    read = 0

    def counted(pieces: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal read
        for piece in pieces:
            read += len(piece)
            yield piece

    first, last = reading_range(FIRST_LINE, FIRST_LINE, FIRST_LINE + 10)
    lines = OwnedLines(
        counted(pieces_of(b"head\n" + text, first, last, 65_536)), offset=first, start=FIRST_LINE, end=FIRST_LINE + 10
    )

    assert list(lines) == [TooLong(b"y" * SHOWN_BYTES)]
    assert lines.cut_off
    assert read == 10 + MAX_LINE_BYTES


@settings(max_examples=20)
@given(st.integers(1, 200))
def test_a_chunk_in_which_no_line_begins_owns_nothing(start: int) -> None:
    blocks, lines = owned(b"z" * 300 + b"\nafter\n", FIRST_LINE + start, FIRST_LINE + start + 10, 7)
    assert (blocks, lines.owned) == ([], None)


@settings(max_examples=50)
@given(st.lists(st.text("a\u0a0a\u010a\u0a01", max_size=4), max_size=8), st.integers(1, 30), st.integers(1, 15))
def test_lines_of_two_byte_units_have_one_owner_each(rows: list[str], chunk: int, piece: int) -> None:
    # characters whose bytes look like newlines must not end a line
    encoding = Encoding("utf-16-le")
    text = "".join(row + "\n" for row in rows)
    data = "\ufeffhead\n".encode("utf-16-le") + text.encode("utf-16-le")
    first_line = 12

    found = b""
    for start in range(first_line, max(len(data), first_line + 1), chunk):
        end = min(start + chunk, len(data))
        first, last = reading_range(first_line, start, end, encoding)
        pieces = pieces_of(data, first, last, piece)
        for block in OwnedLines(pieces, offset=first, start=start, end=end, encoding=encoding):
            assert isinstance(block, bytes)
            found += block

    assert found == text.encode()
