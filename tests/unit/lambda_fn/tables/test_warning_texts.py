"""Warnings are written for whole blocks exactly as they would be one by one."""

import random
from itertools import compress

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lambda_fn.csv_io.text import cell
from lambda_fn.scoring.imputation import Note
from lambda_fn.tables.warning_texts import (
    BETWEEN_WARNINGS,
    LISTED_MISSING,
    NAMES_AT_ONCE,
    NOTHING_KNOWN,
    WarningTexts,
)

names = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=6)
fields = st.one_of(names, st.sampled_from(["=sum", "-", 'the "best"', "a, b", "line\nbreak", "plain"]))
issues = st.sampled_from(["imputed", "missing", "clipped"])
kinds = st.lists(st.builds(Note, fields, issues, fields), min_size=1, max_size=3 * NAMES_AT_ONCE)


@given(kinds, st.integers(1, 6), st.randoms())
def test_a_block_is_written_as_its_lines_are(notes: list[Note], count: int, draw: random.Random) -> None:
    share = draw.random()
    marks = [[draw.random() < share for _ in notes] for _ in range(count)]
    flags = np.array(marks, dtype=bool).reshape(count, len(notes))
    beginnings = [b"line %d," % line for line in range(count)]

    written = WarningTexts(notes).append_to(beginnings, flags)

    assert written == b"".join(
        beginning + cell(BETWEEN_WARNINGS.join(_said(notes, row)).encode()) + b"\n"
        for beginning, row in zip(beginnings, marks, strict=True)
    )


def _said(notes: list[Note], marks: list[bool]) -> list[str]:
    """Return what is said of one row, told one note after the other."""
    marked = list(compress(notes, marks))
    missing = [note for note in marked if note.issue != "clipped"]
    if len(missing) <= LISTED_MISSING:
        return [f"{note.field}: {note.detail}" for note in marked]
    others = [f"{note.field}: {note.detail}" for note in marked if note.issue == "clipped"]
    if len(missing) == sum(note.issue != "clipped" for note in notes):
        return [NOTHING_KNOWN, *others]
    return ["missing: " + "; ".join(note.field for note in missing), *others]


def test_many_missing_inputs_are_listed_and_all_of_them_are_one_note() -> None:
    # Given an input more than is told one by one, and another kind of note
    names = [f"input {number}" for number in range(LISTED_MISSING + 2)]
    kinds = [*(Note(name, "imputed", "missing") for name in names), Note("input 0", "clipped", "too large, by far")]
    told_singly = [True] * LISTED_MISSING + [False] * 2
    listed = [False] + [True] * (LISTED_MISSING + 1)
    flags = np.array([[*told_singly, False], [*listed, False], [*listed, True], [True] * len(names) + [False]])

    written = WarningTexts(kinds).append_to([b"", b"", b"", b""], flags)

    names_listed = "missing: " + "; ".join(names[1:])
    assert written.decode().splitlines() == [
        " | ".join(f"{name}: missing" for name in names[:LISTED_MISSING]),
        names_listed,
        f'"{names_listed} | input 0: too large, by far"',
        NOTHING_KNOWN,
    ]
