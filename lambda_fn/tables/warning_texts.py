"""Notes on many records -> the last field of their scored lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
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
        whole = [f"{note.field}: {note.detail}" for note in kinds]
        first = [text.encode() for text in (NOTHING_KNOWN, *(_LIST_BEGINS + text for text in listed), *whole)]
        later = [
            text.encode()
            for text in ("", *(_BETWEEN_NAMES + text for text in listed), *(BETWEEN_WARNINGS + text for text in whole))
        ]
        self._lists = len(lists)
        self._bits = (np.arange(len(names)) % NAMES_AT_ONCE).astype(np.uint8)[:, None]  # of each name in its list
        sizes = [1, *map(len, lists), *[1] * len(whole)]  # of the texts among which one is chosen
        self._starts = np.cumsum([0, *sizes[:-1]], dtype=np.intp)
        self._variants = len(first)
        self._needs_quotes = np.array([needs_quotes(guarded(text)) for text in first], dtype=bool)
        self._texts = [
            *map(escaped, later),
            *(escaped(guarded(text)) for text in first),
            *(b'"%b' % escaped(guarded(text)) for text in first),
            end,
            b'"%b' % end,
        ]

    def append_to(self, beginnings: Sequence[bytes], flags: Bools) -> bytes:
        """Return lines: a beginning, then the texts of its notes as one CSV field. ``flags``: bool (n, len(kinds)).

        There is at least one row. ``beginnings`` may be followed by one more, which is empty.
        """
        rows, said = self._said(flags)
        lines, notes = np.arange(len(flags)), np.arange(len(rows))
        quoted = np.zeros(len(flags), dtype=np.intp)
        quoted[rows[self._needs_quotes[said]]] = 1
        is_first = np.diff(rows, prepend=-1) > 0
        starts = np.searchsorted(rows, lines) + 2 * lines
        piece = np.empty(len(notes) + 2 * len(lines), dtype=np.intp)  # which of the texts below
        piece[notes + 2 * rows + 1] = said + np.where(is_first, 1 + quoted[rows], 0) * self._variants
        piece[np.append(starts[1:], len(piece)) - 1] = 3 * self._variants + quoted
        piece[starts] = len(self._texts) + lines
        texts = np.array([*self._texts, *beginnings], dtype=object)
        return b"".join(texts.take(piece).tolist())

    def _said(self, flags: Bools) -> tuple[Places, Places]:
        """Return rows, and the texts said of them: that nothing is known, parts of a list, or notes as they stand."""
        listed, count = len(self._missing), len(flags)
        choices = np.zeros((len(self._starts), count), dtype=bool)
        choices[1 + self._lists :] = flags.T
        missing = flags.T[self._missing].view(np.uint8) << self._bits
        combination = np.zeros(choices.shape, dtype=np.uint8)  # of the names of each part; 0 elsewhere
        for part in range(self._lists):
            names = missing[part * NAMES_AT_ONCE : (part + 1) * NAMES_AT_ONCE]
            names.sum(axis=0, dtype=np.uint8, out=combination[1 + part])
        counts = np.bitwise_count(combination[1 : 1 + self._lists]).sum(axis=0)
        many = counts > LISTED_MISSING
        if not many.any():
            rows, chosen = _marked(choices.T)
            return rows, self._starts[chosen]
        nothing = many & (counts == listed)
        combination[1 : 1 + self._lists] *= many & ~nothing
        choices[0] = nothing
        choices[1 : 1 + self._lists] = combination[1 : 1 + self._lists] > 0
        choices[1 + self._lists + self._missing] &= ~many
        rows, chosen = _marked(choices.T)
        said: Places = self._starts[chosen] + combination.ravel().take(chosen * count + rows)
        return rows, said


def _combinations(names: Sequence[str]) -> list[str]:
    """Return the lists of every choice of the names; bit i of a list's position says whether name i is in it.

    >>> _combinations(["age", "visits"])
    ['', 'age', 'visits', 'age; visits']
    """
    choices = ([bool(number >> bit & 1) for bit in range(len(names))] for number in range(1 << len(names)))
    return [_BETWEEN_NAMES.join(compress(names, choice)) for choice in choices]


def _marked(flags: Bools) -> tuple[Places, Places]:
    """Return rows and columns of what is true, row by row."""
    used = np.flatnonzero(flags.any(axis=0))
    rows, columns = np.divmod(np.flatnonzero(flags.T[used].T), max(len(used), 1))
    return rows, used[columns]
