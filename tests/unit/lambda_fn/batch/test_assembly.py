"""How parts are joined: every byte once, in order, within S3's limits."""

from hypothesis import given
from hypothesis import strategies as st

from lambda_fn import contract
from lambda_fn.batch.assembly import LARGEST_COPY_BYTES, MOST_PARTS, Span, join_plan
from lambda_fn.batch.multipart import MINIMUM_PART_BYTES

MIB = 1024 * 1024
sizes = st.one_of(
    st.integers(0, 3 * MINIMUM_PART_BYTES), st.integers(0, 2000), st.sampled_from([0, MINIMUM_PART_BYTES, 3 * 1024**3])
)


@given(st.lists(sizes, max_size=30))
def test_every_byte_is_taken_once_in_order_within_the_limits_of_s3(parts: list[int]) -> None:
    pieces = join_plan(parts)

    places = [(span.part, byte) for piece in pieces for span in piece for byte in (span.start, span.stop)]
    assert places == sorted(places)
    taken = dict.fromkeys(range(len(parts)), 0)
    for piece in pieces:
        for span in piece:
            assert span.start == taken[span.part]
            taken[span.part] = span.stop
    assert list(taken.values()) == parts
    for piece in pieces:
        length = sum(span.stop - span.start for span in piece)
        assert length >= MINIMUM_PART_BYTES or piece is pieces[-1]
        assert length < 2 * MINIMUM_PART_BYTES or len(piece) == 1
        assert length <= LARGEST_COPY_BYTES + MINIMUM_PART_BYTES


def test_the_chunks_of_a_hundred_gigabytes_are_copied_inside_s3() -> None:
    pieces = join_plan([20 * MIB] * 1599 + [3 * MIB])
    assert len(pieces) == 1600
    assert all(len(piece) == 1 for piece in pieces)


def test_small_parts_go_through_memory_together() -> None:
    assert join_plan([2 * MIB, 2 * MIB, 2 * MIB, 20 * MIB]) == [
        [Span(0, 0, 2 * MIB), Span(1, 0, 2 * MIB), Span(2, 0, 2 * MIB)],
        [Span(3, 0, 20 * MIB)],
    ]


def test_a_small_part_takes_what_it_lacks_from_the_next() -> None:
    assert join_plan([2 * MIB, 20 * MIB]) == [[Span(0, 0, 2 * MIB), Span(1, 0, 3 * MIB)], [Span(1, 3 * MIB, 20 * MIB)]]


@given(st.integers(0, 5 * 1024**4), st.sampled_from([0.01, 0.3, 1, 3]))
def test_the_output_of_a_file_of_any_size_has_no_more_parts_than_s3_joins(file_bytes: int, share: float) -> None:
    # Given the chunks of a file, of which each writes a share of what it reads
    size = contract.chunk_bytes(file_bytes)
    chunks = -(-file_bytes // size)
    assert chunks <= contract.MOST_CHUNKS
    # When their parts are joined, Then S3 takes them
    assert len(join_plan([int(size * share)] * chunks)) <= MOST_PARTS
