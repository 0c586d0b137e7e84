"""Warnings are written for whole blocks exactly as they would be one by one."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io.text import cell
from lambda_fn.scoring.imputation import Note
from lambda_fn.tables.warning_texts import BETWEEN_WARNINGS, NOTHING_KNOWN, WarningTexts

names = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
fields = st.one_of(names, st.sampled_from(["=sum", "-", 'the "best"', "a, b", "line\nbreak", "plain"]))
kinds = st.lists(st.builds(Note, fields, st.just("imputed"), fields), min_size=1, max_size=12)


@given(kinds, st.integers(1, 6), st.randoms())
def test_a_block_is_written_as_its_lines_are(notes: list[Note], count: int, draw: random.Random) -> None:
    share = draw.random()
    marks = [[draw.random() < share for _ in notes] for _ in range(count)]
    flags = np.array(marks, dtype=bool).reshape(count, len(notes))
    beginnings = [b"line %d," % line for line in range(count)]

    written = WarningTexts(notes).append_to(beginnings, flags)

    expected = b""
    for beginning, row in zip(beginnings, marks, strict=True):
        said = [f"{note.field}: {note.detail}" for note, marked in zip(notes, row, strict=True) if marked]
        said = [NOTHING_KNOWN] if all(row) and len(notes) > 1 else said
        expected += beginning + cell(BETWEEN_WARNINGS.join(said).encode()) + b"\n"
    assert written == expected
