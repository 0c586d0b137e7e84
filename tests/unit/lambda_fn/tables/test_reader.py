"""The reader: RFC 4180 as Python's csv module reads it, a reason for what is not, and no influence of block edges."""

import csv
import io
import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambda_fn.contract import MAX_LINE_BYTES
from lambda_fn.csv_io import reasons
from lambda_fn.scoring.columns import Layout
from lambda_fn.tables.reader import Table, TableReader
from tests import csv_files, factories

LAYOUT = Layout(factories.recipe())
GOOD = b"u1,8,7,180,20,2,1,Evening,2026-06-20,note"


def read(text: bytes, *cuts: int) -> list[Table]:
    """Read text in pieces that end after the given newlines."""
    reader = TableReader(csv_files.HEADER, LAYOUT)
    edges = [0, *sorted(cuts), len(text)]
    pieces = [text[start:end] for start, end in itertools.pairwise(edges)]
    return [*(reader.read(piece) for piece in pieces), reader.read(b"", final=True)]


def verdicts(tables: list[Table]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], int]:
    """Return the good rows, the rejected ones, and how many rows there were."""
    good = [
        (user_id, *numbers, *codes)
        for table in tables
        for user_id, numbers, codes in zip(
            table.ids.tolist(), table.columns.numbers.tolist(), table.columns.codes.tolist(), strict=True
        )
    ]
    bad = [tuple(row) for table in tables for row in table.rejected]
    return [tuple("nan" if x != x else x for x in row) for row in good], bad, sum(t.lines - t.joined for t in tables)


def reasons_of(line: bytes) -> str:
    (_, rejected, rows) = verdicts(read(line + b"\n"))
    assert rows == 1
    assert [row[0] for row in rejected] == [0]
    assert rejected[0][2] == line.removesuffix(b"\r")
    return str(rejected[0][1])


def test_a_row_becomes_numbers_codes_and_an_id() -> None:
    good, bad, rows = verdicts(read(GOOD + b"\n"))
    assert good == [(b"u1", 8.0, 7.0, 180.0, 20.0, 2.0, 1.0, 20624.0, 1)]
    assert (bad, rows) == ([], 1)


def test_line_ends_quotes_and_flags_in_words_make_no_difference() -> None:
    quoted = b",".join(b'"%b"' % field for field in GOOD.split(b","))
    words = GOOD.replace(b",1,", b",TRUE,")
    good, bad, _ = verdicts(read(b"\r\n".join((GOOD, quoted, words, b""))))
    assert len(set(good)) == 1
    assert (len(good), bad) == (3, [])


def test_missing_values_are_missing_and_not_faults() -> None:
    good, bad, _ = verdicts(read(b'u1,,,,,"",,,,\n'))
    assert good == [(b"u1", *["nan"] * 7, -1)]
    assert bad == []


def test_columns_may_come_in_any_order() -> None:
    order = list(reversed(csv_files.HEADER))
    row = dict(zip(csv_files.HEADER, GOOD.split(b","), strict=True))
    table = TableReader(order, LAYOUT).read(b",".join(row[name] for name in order) + b"\r\n")
    assert verdicts([table])[0] == verdicts(read(GOOD + b"\n"))[0]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"u1,8", "2 fields under a header of 10"),
        (GOOD + b",surplus", "11 fields under a header of 10"),
        (GOOD.replace(b"note", b"no\0te"), reasons.NUL_BYTE),
        (GOOD.replace(b"note", b"caf\xe9"), reasons.not_text("utf-8")),
        (GOOD.replace(b"note", b"a\rb"), reasons.STRAY_RETURN),
        (GOOD.replace(b"note", b'5" screen'), reasons.NOT_CLOSED),
        (GOOD.replace(b"note", b'"open'), reasons.NOT_CLOSED),
        (GOOD.replace(b"note", b'a "b" c'), reasons.MALFORMED_QUOTES),
        (GOOD.replace(b"note", b'"a"b,"c"'), reasons.MALFORMED_QUOTES),
        (b'u1,"8"', "2 fields under a header of 10"),
        (GOOD.replace(b"u1", b""), "user_id: expected 1 to 128 characters, found 0"),
        (GOOD.replace(b"u1", b"x" * 129), "user_id: expected 1 to 128 characters, found 129"),
        (
            GOOD.replace(b",8,", b",eight,"),
            "impulse_buying_score: expected a whole number from 0 to 10 (points), found 'eight'",
        ),
        (
            GOOD.replace(b",8,", b",8.5,"),
            "impulse_buying_score: expected a whole number from 0 to 10 (points), found '8.5'",
        ),
        (
            GOOD.replace(b",8,", b",11,"),
            "impulse_buying_score: expected a whole number from 0 to 10 (points), found '11'",
        ),
        (
            GOOD.replace(b"180", b"1e400"),
            "average_order_value: expected a number from 0 to 100,000 (currency), found '1e400'",
        ),
        (
            GOOD.replace(b"180", b"NaN"),
            "average_order_value: expected a number from 0 to 100,000 (currency), found 'NaN'",
        ),
        (GOOD.replace(b",1,E", b",yes,E"), "weekend_shopper: expected 0, 1, true or false, found 'yes'"),
        (
            GOOD.replace(b"2026-06-20", b"20.06.2026"),
            "last_purchase_date: expected a date (YYYY-MM-DD) from 2000-01-01 to 2100-01-01, found '20.06.2026'",
        ),
        (
            b",x,7,180,20,2,1,Evening,2026-06-20,note",
            (
                "user_id: expected 1 to 128 characters, found 0; "
                "impulse_buying_score: expected a whole number from 0 to 10 (points), found 'x'"
            ),
        ),
    ],
)
def test_what_cannot_be_scored_says_why(line: bytes, reason: str) -> None:
    assert reasons_of(line) == reason


def test_an_id_of_128_characters_of_several_bytes_is_good() -> None:
    good, bad, _ = verdicts(read(GOOD.replace(b"u1", "é".encode() * 128) + b"\n"))
    assert (len(good), bad) == (1, [])


def test_a_row_of_several_lines_is_one_row_with_the_number_of_its_first_line() -> None:
    text = GOOD.replace(b"note", b'"a\n\nb, ""c"""') + b"\n" + b"bad\n"
    good, bad, rows = verdicts(read(text))
    assert (len(good), rows) == (1, 2)
    assert bad == [(3, "1 field under a header of 10", b"bad")]


def test_a_rejected_row_of_several_lines_is_shown_whole() -> None:
    row = GOOD.replace(b",8,", b",x,").replace(b"note", b'"a\nb"')
    _, bad, _ = verdicts(read(row + b"\n"))
    assert bad[0][2] == row


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    text = b"\n".join((GOOD, GOOD.replace(b"note", b'"open'), GOOD, GOOD.replace(b"note", b'"ok"'), GOOD, b""))
    good, bad, _ = verdicts(read(text))
    assert len(good) == 4
    assert [(row[0], row[1]) for row in bad] == [(1, reasons.NOT_CLOSED)]


def test_a_row_is_not_looked_for_beyond_the_longest_line() -> None:
    text = GOOD.replace(b"note", b'"open') + b"\n" + (GOOD + b"\n") * (MAX_LINE_BYTES // len(GOOD) + 2) + b'a"\n'
    _, bad, rows = verdicts(read(text, *range(100_000, len(text), 100_000 // (len(GOOD) + 1) * (len(GOOD) + 1))))
    assert [row[1] for row in bad if row[0] == 0] == [reasons.NOT_CLOSED]
    assert rows == text.count(b"\n")


fields = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', ",", "\n", '""', "a,b", 'say "hi"', "x\ny", "\r\n"]
)


@given(st.lists(st.tuples(fields, fields), min_size=1, max_size=8), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_any_well_formed_file_is_read_as_the_csv_module_reads_it(notes: list[tuple[str, str]], quoting: int) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    for number, (text, note) in enumerate(notes):
        writer.writerow([f"{text}{number}", 8, 7, 180, 20, 2, 1, text, "2026-06-20", note])
    written = stream.getvalue()

    good, bad, rows = verdicts(read(written.encode()))

    read_back = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert bad == []
    assert rows == len(notes)
    assert [row[0] for row in good] == [row[0].encode() for row in read_back]


lines = st.one_of(
    st.sampled_from([GOOD, b"", b'"', b'"a', b'b"', GOOD.replace(b"note", b'"x'), b"x\r", b"\0", b"\xff", b'"",']),
    st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")),
    st.text('",\r a1', max_size=12).map(str.encode),
)


@given(st.lists(lines, max_size=12), st.data())
@example([b'"', b'"', b'"'], None)
def test_where_blocks_end_makes_no_difference(written: list[bytes], data: st.DataObject | None) -> None:
    text = b"".join(line + b"\n" for line in written)
    newlines = [place + 1 for place, byte in enumerate(text) if byte == ord("\n")]
    cuts = data.draw(st.lists(st.sampled_from(newlines), unique=True)) if data and newlines else newlines

    whole, in_pieces = verdicts(read(text)), verdicts(read(text, *cuts))

    assert in_pieces == whole
    assert len(whole[0]) + len(whole[1]) == whole[2]


def test_many_rows_are_read_as_they_are_one_by_one() -> None:
    written = csv_files.rows(500)
    text = b"".join(line + b"\n" for line in written)
    together = verdicts(read(text))[0]
    assert together == [verdicts(read(line + b"\n"))[0][0] for line in written]
    assert sum(value == "nan" for row in together for value in row) > 50
    assert not math.isnan(np.nansum([row[1] for row in together]))
