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


class WarningTexts:
    """The texts of all possible notes, each written once, to be joined for whole blocks of lines.

    Rows of a file with many blank cells hardly repeat a combination of notes, so no combination is worth remembering.
    """

    def __init__(self, kinds: Sequence[Note]) -> None:
        self.kinds = kinds
        self._missing = np.flatnonzero([note.issue == "imputed" for note in kinds])
        texts = [f"{note.field}: {note.detail}".encode() for note in kinds] + [NOTHING_KNOWN.encode()]
        self._needs_quotes = np.array([needs_quotes(guarded(text)) for text in texts], dtype=bool)
        self._texts = [
            *(BETWEEN_WARNINGS.encode() + escaped(text) for text in texts),
            *(escaped(guarded(text)) for text in texts),  # a field's first note
            *(b'"%b' % escaped(guarded(text)) for text in texts),  # the same, in quotes
            b"\n",
            b'"\n',
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
        piece[notes + 2 * rows + 1] = kinds + np.where(is_first, 1 + quoted[rows], 0) * (len(self.kinds) + 1)
        piece[np.append(starts[1:], len(piece)) - 1] = 3 * (len(self.kinds) + 1) + quoted
        piece[starts] = len(self._texts) + lines
        texts = np.array([*self._texts, *beginnings], dtype=object)
        return b"".join(texts.take(piece).tolist())

    def _condensed(self, flags: Bools) -> Bools:
        """Return the flags with one more kind, NOTHING_KNOWN, that stands for all others."""
        nothing = flags[:, self._missing].all(axis=1) & (len(self._missing) > 1)
        condensed = np.empty((len(self.kinds) + 1, len(flags)), dtype=bool)
        np.greater(flags.T, nothing, out=condensed[:-1])
        condensed[-1] = nothing
        return condensed.T


def _marked(flags: Bools) -> tuple[Places, Places]:
    """Return rows and columns of what is true, row by row."""
    used = np.flatnonzero(flags.any(axis=0))
    rows, columns = np.divmod(np.flatnonzero(flags.T[used].T), max(len(used), 1))
    return rows, used[columns]
