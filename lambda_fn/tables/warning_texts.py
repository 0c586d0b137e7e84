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
_LIST_BEGINS: Final = "missing: "
_BETWEEN_NAMES: Final = "; "  # a comma would have the whole field quoted


class WarningTexts:
    """The texts of all possible notes, each written once, to be joined for whole blocks of lines.

    Rows of a file with many blank cells hardly repeat a combination of notes, so no combination is worth remembering.
    Their notes would make the scored file many times the dropped one, so missing inputs are listed there by name.
    """

    def __init__(self, kinds: Sequence[Note], end: bytes = b"\n") -> None:
        """``end``: what follows the notes of each line."""
        self.kinds = kinds
        self._missing = np.flatnonzero([note.issue in ("imputed", "missing") for note in kinds])
        names = [kinds[kind].field for kind in self._missing.tolist()]
        whole = [f"{note.field}: {note.detail}" for note in kinds]
        first = [text.encode() for text in (NOTHING_KNOWN, *(_LIST_BEGINS + name for name in names), *whole)]
        later = [
            text.encode()
            for text in ("", *(_BETWEEN_NAMES + name for name in names), *(BETWEEN_WARNINGS + text for text in whole))
        ]
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
        rows, kinds = _marked(self._condensed(flags))
        lines, notes = np.arange(len(flags)), np.arange(len(rows))
        quoted = np.zeros(len(flags), dtype=np.intp)
        quoted[rows[self._needs_quotes[kinds]]] = 1
        is_first = np.diff(rows, prepend=-1) > 0
        starts = np.searchsorted(rows, lines) + 2 * lines
        piece = np.empty(len(notes) + 2 * len(lines), dtype=np.intp)  # which of the texts below
        piece[notes + 2 * rows + 1] = kinds + np.where(is_first, 1 + quoted[rows], 0) * self._variants
        piece[np.append(starts[1:], len(piece)) - 1] = 3 * self._variants + quoted
        piece[starts] = len(self._texts) + lines
        texts = np.array([*self._texts, *beginnings], dtype=object)
        return b"".join(texts.take(piece).tolist())

    def _condensed(self, flags: Bools) -> Bools:
        """Return which text applies to which row: that nothing is known, a name in a list, or a note as it stands."""
        listed, kinds = len(self._missing), len(self.kinds)
        condensed = np.zeros((1 + listed + kinds, len(flags)), dtype=bool)
        condensed[1 + listed :] = flags.T
        missing = flags.T[self._missing]
        counts = missing.sum(axis=0)
        many = counts > LISTED_MISSING
        if many.any():
            nothing = many & (counts == listed)
            condensed[0] = nothing
            np.logical_and(missing, many & ~nothing, out=condensed[1 : 1 + listed])
            condensed[1 + listed + self._missing] &= ~many
        return condensed.T


def _marked(flags: Bools) -> tuple[Places, Places]:
    """Return rows and columns of what is true, row by row."""
    used = np.flatnonzero(flags.any(axis=0))
    rows, columns = np.divmod(np.flatnonzero(flags.T[used].T), max(len(used), 1))
    return rows, used[columns]
