"""Notes on many records -> the last field of their scored lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lambda_fn.csv_io.cells import Places
from lambda_fn.csv_io.text import escaped, guarded, needs_quotes
from lambda_fn.scoring.arrays import Bools
from lambda_fn.scoring.imputation import Note

BETWEEN_WARNINGS: Final = " | "
NOTHING_KNOWN: Final = "nothing is known: every input is missing"  # in place of a note on each input
LISTED_MISSING: Final = 8  # notes on missing inputs; more of them are told as one list of names
NAMES_AT_ONCE: Final = 8  # of such a list: every combination is kept as one text, and a byte says which it is
_LIST_BEGINS: Final = "missing: "
_BETWEEN_NAMES: Final = "; "  # a comma would have the whole field quoted


class WarningTexts:
    """The texts of all possible notes, each written once, to be joined for whole blocks of lines.

    Rows of a file with many blank cells hardly repeat a combination of notes, so no combination is worth remembering.
    Their notes would make the scored file many times the dropped one, so missing inputs are listed there by name. Eight
    names are taken at once: a row that lacks twenty of forty inputs is joined from five texts and not from twenty.
    """

    def __init__(self, kinds: Sequence[Note], end: bytes = b"\n") -> None:
        """``end``: what follows the notes of each line."""
        self.kinds = kinds
        self._missing = np.flatnonzero([note.issue in ("imputed", "missing") for note in kinds])
        names = [kinds[kind].field for kind in self._missing.tolist()]
        lists = [_combinations(names[at : at + NAMES_AT_ONCE]) for at in range(0, len(names), NAMES_AT_ONCE)]
        listed = [text for texts in lists for text in texts]
        whole = [NOTHING_KNOWN, *(f"{note.field}: {note.detail}" for note in kinds)]
        first = [guarded(text.encode()) for text in (*whole, *(_LIST_BEGINS + text for text in listed))]
        later = [(BETWEEN_WARNINGS + text).encode() for text in whole]
        later += [(_BETWEEN_NAMES + text if text else "").encode() for text in listed]
        self._bits = (np.arange(len(names)) % NAMES_AT_ONCE).astype(np.uint8)[:, None]  # of each name in its list
        self._lists = len(whole) + np.cumsum([0, *map(len, lists)], dtype=np.intp)[:-1, None]  # where their texts begin
        self._variants = len(first)
        self._needs_quotes = np.array([needs_quotes(text) for text in first], dtype=bool)
        texts = [
            *map(escaped, later),
            *map(escaped, first),
            *(b'"%b' % escaped(text) for text in first),
            end,
            b'"%b' % end,
        ]
        self._texts = np.array(texts, dtype=object)

    def append_to(self, beginnings: Sequence[bytes], flags: Bools) -> bytes:
        """Return lines: a beginning, then the texts of its notes as one CSV field. ``flags``: bool (n, len(kinds)).

        There is at least one row. ``beginnings`` may be followed by one more, which is empty.
        """
        rows, notes, is_listed, lists = self._said(flags)
        count, width, listed = len(flags), len(lists), np.flatnonzero(is_listed)
        quoted = np.zeros(count, dtype=np.intp)
        quoted[rows[self._needs_quotes[notes]]] = 1
        quoted[listed[self._needs_quotes.take(lists).any(axis=0)]] = 1
        as_first = (1 + quoted) * self._variants
        # A line is a beginning, the parts of its list (some are empty), its notes as they stand, and an end.
        notes_before = np.append(0, np.cumsum(np.bincount(rows, minlength=count)))
        starts = notes_before + np.append(0, np.cumsum(2 + width * is_listed))
        piece = np.empty(starts[-1], dtype=np.intp)  # which of the texts below
        piece[starts[:-1]] = len(self._texts) + np.arange(count)
        piece[starts[1:] - 1] = 3 * self._variants + quoted
        if len(listed):
            begins = starts[listed] + 1
            piece[begins + np.arange(width)[:, None]] = lists
            piece[begins + (lists > self._lists).argmax(axis=0)] += as_first[listed]
        is_first = (np.diff(rows, prepend=-1) > 0) & ~is_listed[rows]
        place = starts[1:][rows] - 1 - notes_before[1:][rows] + np.arange(len(rows))
        piece[place] = notes + is_first * as_first[rows]
        texts = np.concatenate((self._texts, np.array(beginnings, dtype=object)))
        return b"".join(texts.take(piece).tolist())

    def _said(self, flags: Bools) -> tuple[Places, Places, Bools, Places]:
        """Return what to say of the rows.

        First rows and their notes as they stand. Then which rows have a list of names, bool (n,), and the texts of the
        lists' parts, (parts, rows with a list).
        """
        notes = np.zeros((1 + len(self.kinds), len(flags)), dtype=bool)
        notes[1:] = flags.T
        missing = flags.T[self._missing].view(np.uint8) << self._bits
        parts = np.zeros((len(self._lists), len(flags)), dtype=np.uint8)
        for at, part in zip(range(0, len(missing), NAMES_AT_ONCE), parts, strict=True):
            missing[at : at + NAMES_AT_ONCE].sum(axis=0, dtype=np.uint8, out=part)
        counts = np.bitwise_count(parts).sum(axis=0)
        many: Bools = counts > LISTED_MISSING
        if many.any():
            notes[1 + self._missing] &= ~many
            notes[0] = many & (counts == len(missing))
            many &= ~notes[0]
        return *_marked(notes.T), many, self._lists + parts.take(np.flatnonzero(many), axis=1)


def _combinations(names: Sequence[str]) -> list[str]:
    """Return the lists of every choice of the names; bit i of a list's position says whether name i is in it.

    >>> _combinations(["age", "visits"])
    ['', 'age', 'visits', 'age; visits']
    """
    texts = [""]
    for name in names:
        texts += [f"{text}{_BETWEEN_NAMES}{name}" if text else name for text in texts]
    return texts


def _marked(flags: Bools) -> tuple[Places, Places]:
    """Return rows and columns of what is true, row by row."""
    used = np.flatnonzero(flags.any(axis=0))
    rows, columns = np.divmod(np.flatnonzero(flags.T[used].T), max(len(used), 1))
    return rows, used[columns]
