"""A file scored in chunks is the file scored whole, whatever is in it, and no row is lost."""

import csv
import io
import json
import random
import sys
import tracemalloc
from collections.abc import Iterator, Sequence
from functools import cache
from types import FrameType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lambda_fn.batch.objects import PIECE_BYTES
from lambda_fn.csv_io.blocks import OwnedLines, reading_range
from lambda_fn.scoring.artefact.recipe import ID_FIELD
from lambda_fn.scoring.model import Model
from lambda_fn.scoring.service import RISK_DECIMALS, Scorer
from lambda_fn.tables.decision_columns import DECISION_COLUMNS
from lambda_fn.tables.reader import TableReader
from lambda_fn.tables.rejected_rows import frame, unframe
from lambda_fn.tables.scored_lines import LAST_COLUMN, REASONS_COLUMN, SCORED_COLUMNS
from lambda_fn.tables.scoring import ChunkScoring, Tally
from tests import csv_files, factories

FIRST_LINE = len(csv_files.HEADER_LINE)
FLAGS = tuple(f"has_bought_of_kind_{number}" for number in range(30))  # a real shop has as many inputs


@cache
def scorer(missing: str = "imputed") -> Scorer:
    manifest, files = factories.artefact(missing=missing)
    return Scorer(manifest, files["model.onnx"])


def pieces_of(data: bytes, start: int, stop: int, size: int) -> Iterator[bytes]:
    for place in range(start, min(stop, len(data)), size):
        yield data[place : min(place + size, stop, len(data))]


def score(data: bytes, chunk: int, piece: int = 65_536, reasons: int = 0) -> tuple[bytes, bytes, list[Tally]]:
    """Score a file in chunks; return the scored lines, the rejected rows, and each chunk's counts."""
    scored, rejected, tallies = b"", b"", []
    model = scorer("value" if reasons else "imputed")
    lines_before = 0
    for start in range(FIRST_LINE, max(len(data), FIRST_LINE + 1), chunk):
        end = min(start + chunk, len(data))
        scoring = ChunkScoring(model, csv_files.HEADER, factories.AS_OF, reasons=reasons)
        first, last = reading_range(FIRST_LINE, start, end)
        lines = OwnedLines(pieces_of(data, first, last, piece), offset=first, start=start, end=end)
        for output in scoring.run(lines):
            scored += output.scored
            rejected += b"".join(unframe([frame(output.rejected)], lines_before))
        lines_before += scoring.tally.lines
        tallies.append(scoring.tally)
    return scored, rejected, tallies


def total(tallies: Sequence[Tally], name: str) -> int:
    return sum(getattr(tally, name) for tally in tallies)


GOOD = csv_files.rows(40, seed=5)
BAD = [b"", b"too,few", b"\0", b"\xff" * 3, b'"', b'a"b', GOOD[0] + b",x", b",,,,,,,,,", GOOD[1].replace(b"u1", b"=u1")]
CRLF = [line + b"\r" for line in GOOD[:5]]


@given(
    st.lists(st.sampled_from([*GOOD, *BAD, *CRLF]), max_size=15),
    st.integers(1, 400),
    st.integers(1, 300),
    st.booleans(),
)
def test_scoring_in_chunks_of_any_size_equals_scoring_whole(
    lines: list[bytes], chunk: int, piece: int, ends: bool
) -> None:
    data = csv_files.HEADER_LINE + b"\n".join(lines) + b"\n" * ends

    whole = score(data, len(data) + 1)
    in_chunks = score(data, chunk, piece)

    assert in_chunks[:2] == whole[:2]
    for name in ("lines", "scored", "rejected", "margin_minor", "recoverable_minor"):
        assert total(in_chunks[2], name) == total(whole[2], name)
    assert total(whole[2], "lines") - total(whole[2], "joined") == total(whole[2], "scored") + total(
        whole[2], "rejected"
    )


def test_every_small_chunk_size_gives_the_same_bytes() -> None:
    lines = csv_files.rows(10, seed=9)
    lines[5:5] = [*BAD, lines[3].replace(b"plain", b"") + b"\r"]
    data = csv_files.file_of(lines)
    whole = score(data, len(data))[:2]
    for chunk in range(1, 200):
        assert score(data, chunk)[:2] == whole, chunk


def test_the_number_of_rows_scored_together_changes_no_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    data = csv_files.good_file(700, seed=3)
    whole = score(data, len(data))[0]
    for rows in (1, 2, 3, 7, 64, 100):
        monkeypatch.setattr("lambda_fn.tables.scoring.ROWS_AT_ONCE", rows)
        assert score(data, len(data), piece=120)[0] == whole, rows


@pytest.mark.parametrize("chunk", [90, 400, 1_000])
def test_reasons_are_the_same_in_chunks_of_any_size_and_those_that_the_scorer_gives(chunk: int) -> None:
    # Given rows of which much, little and nothing is known
    data = csv_files.file_of([*csv_files.rows(25, seed=4), b"u,8,,,,,,,,", b"v,,,,,,,,,"])
    # When they are scored whole, and in chunks
    whole = score(data, len(data), reasons=3)[0]
    # Then the bytes are the same
    assert score(data, chunk, 50, reasons=3)[0] == whole
    # And each row names at most three inputs, by what they moved its risk
    columns = (ID_FIELD, *SCORED_COLUMNS, *DECISION_COLUMNS, LAST_COLUMN, REASONS_COLUMN)
    rows = list(csv.DictReader(io.StringIO(whole.decode(), newline=""), columns, strict=True))
    found = [json.loads(row["reasons"]) for row in rows]
    table = TableReader(csv_files.HEADER, scorer("value").layout).read(data[FIRST_LINE:])
    expected = scorer("value").reasons(table.columns, factories.AS_OF, 3) or []
    assert [[(r["field"], r["value"], r["effect"]) for r in row] for row in found] == [
        [(r.field, r.value, round(r.effect, RISK_DECIMALS)) for r in row] for row in expected
    ]
    assert {len(row) for row in found} == {0, 1, 2}  # this model leans on two inputs


def test_no_model_is_asked_about_so_few_rows_that_its_last_digits_could_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def probabilities(_: Model, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        asked.append(len(matrix))
        return np.linspace(0, 1, len(matrix))

    scorer()  # whose first question is its own
    monkeypatch.setattr(Model, "probabilities", probabilities)
    for rows in (1, 15, 16, 17):
        score(csv_files.good_file(rows), 10**6)
    assert asked == [16, 16, 16, 17]


@cache
def scorer_of_many_inputs() -> Scorer:
    narrow = factories.recipe()
    (flag,) = (field for field in narrow.inputs if field.kind == "flag")
    inputs = [*narrow.inputs, *(flag.model_copy(update={"name": name}) for name in FLAGS)]
    manifest, files = factories.artefact(recipe=factories.recipe(inputs=inputs), missing="value")
    return Scorer(manifest, files["model.onnx"])


def blocks_with_blanks(count: int, blank_share: float) -> list[bytes]:
    """Return blocks as a worker reads them, of rows of many inputs, each cell of which may be blank."""
    draw = random.Random(17)
    rows = [[*row.split(b",")[:-1], *[b"1"] * len(FLAGS)] for row in csv_files.rows(500)]
    blanked = [[row[0], *(b"" if draw.random() < blank_share else cell for cell in row[1:])] for row in rows]
    text = b"".join(b",".join(row) + b"\n" for row in blanked)
    return [text * (PIECE_BYTES // len(text))] * count


def score_blocks(blocks: Sequence[bytes]) -> int:
    """Score rows of many inputs, and let go of what is written; return how many there were."""
    scoring = ChunkScoring(scorer_of_many_inputs(), (*csv_files.HEADER[:-1], *FLAGS), factories.AS_OF)
    for output in scoring.run(blocks):
        assert not output.rejected
    return scoring.tally.scored


def calls_while_scoring(blocks: Sequence[bytes]) -> tuple[int, int]:
    """Return how many functions are called, of Python or of C, and how many rows there were."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        rows = score_blocks(blocks)
    finally:
        sys.setprofile(None)
    return calls, rows


@pytest.mark.parametrize("blank_share", [0.5, 1])
def test_no_function_is_called_for_each_row_with_blanks(blank_share: float) -> None:
    fewer, more = (calls_while_scoring(blocks_with_blanks(count, blank_share)) for count in (2, 4))
    (calls, rows), (calls_of_more, rows_of_more) = fewer, more
    assert calls_of_more - calls < 0.5 * (rows_of_more - rows)  # what does not grow with the rows is left out


@pytest.mark.parametrize("blank_share", [0.5, 1])
def test_rows_with_blanks_take_less_than_twice_the_memory_of_complete_ones(blank_share: float) -> None:
    peaks = []
    for share in (0, blank_share):
        blocks = blocks_with_blanks(4, share)
        score_blocks(blocks[:1])  # what is built once is built
        tracemalloc.start()
        score_blocks(blocks)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]


def test_long_rejected_rows_do_not_pile_up() -> None:
    line = b"x" * 1_000_000
    scoring = ChunkScoring(scorer(), csv_files.HEADER, factories.AS_OF)
    outputs = list(scoring.run(line + b"\n" for _ in range(40)))
    assert sum(len(output.rejected) for output in outputs) == 40
    assert max(sum(len(row.text) for row in output.rejected) for output in outputs) <= 9_000_000


def test_a_row_of_several_lines_counts_as_its_lines_for_the_rows_behind_it() -> None:
    several = GOOD[0] + b'"one\ntwo\nthree"'
    data = csv_files.file_of([several, *GOOD[1:4], b"bad"])
    chunk = len(several) + 1 + len(GOOD[1]) + 1
    _, rejected, tallies = score(data, chunk)
    assert len(tallies) > 1
    assert rejected.startswith(b"8,")  # the header is line 1, the row of three lines ends on line 4


def mutated(draw: random.Random, line: bytes) -> bytes:
    """Return a line with a few bytes changed, doubled, or cut."""
    changed = bytearray(line)
    for _ in range(draw.randint(1, 4)):
        place = draw.randrange(len(changed) + 1)
        match draw.randrange(4):
            case 0:
                changed[place:place] = bytes([draw.randrange(256)])
            case 1:
                changed[place : place + 1] = draw.choice(
                    (b'"', b",", b"\0", b"\r", b"\n", b"", b"-", b".", b"e", b"\xc3")
                )
            case 2:
                changed[place : place + draw.randint(1, 30)] = b""
            case _:
                changed[place:place] = changed[: draw.randint(1, 30)]
    return bytes(changed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_million_mutated_rows_never_crash_a_worker_and_none_is_lost(seed: int) -> None:
    draw = random.Random(seed)
    sound = csv_files.rows(2_000, seed=seed)
    spoiled = [mutated(draw, draw.choice(sound)) for _ in range(25_000)]
    noise = [draw.randbytes(draw.randint(0, 60)) for _ in range(2_000)]
    for _ in range(5):
        lines = [*draw.choices(spoiled, k=40_000), *draw.choices(sound, k=9_000), *draw.choices(noise, k=1_000)]
        draw.shuffle(lines)
        data = csv_files.file_of(lines)

        scored, rejected, tallies = score(data, draw.randint(200_000, len(data)), draw.randint(5_000, 300_000))

        rows = total(tallies, "lines") - total(tallies, "joined")
        assert rows >= 50_000
        assert rows == total(tallies, "scored") + total(tallies, "rejected")
        assert total(tallies, "scored") > 9_000
        assert scored
        assert rejected


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_are_scored_or_rejected(noise: bytes) -> None:
    data = csv_files.HEADER_LINE + noise
    _, _, tallies = score(data, 97, 50)
    lines = noise.count(b"\n") + (not noise.endswith(b"\n") and noise != b"")
    assert total(tallies, "lines") == lines
    assert total(tallies, "lines") - total(tallies, "joined") == total(tallies, "scored") + total(tallies, "rejected")
