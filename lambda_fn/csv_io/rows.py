"""Lines -> rows: where each needed field of each well-formed row lies, and why the other lines are not rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lambda_fn.csv_io.cells import Cells, Places
from lambda_fn.csv_io.lines import CARRIAGE_RETURN, COMMA, NEWLINE, QUOTE, Lines
from lambda_fn.csv_io.quotes import Quoted, read_quotes
from lambda_fn.csv_io.reasons import EMPTY_LINE, STRAY_RETURN, wrong_count


@dataclass(frozen=True)
class Rows:
    """The rows of a text.

    ``cells``: shape (needed columns, rows); ``first``: each row's first line, rising; ``last``: the last line of those
    that have several; ``joined``: how many lines continue another's row; ``faults``: lines that are no rows, and why;
    ``rest``: text of a row that may go on in the text to come; its lines are not among ``lines``.
    """

    lines: Lines
    cells: Cells
    first: Places
    last: dict[int, int]
    joined: int
    faults: dict[int, str]
    rest: bytes = b""

    def text(self, line: int) -> bytes:
        """Return the row that begins on a line, as it stands in the file."""
        return self.lines.text(line, self.last.get(line))


class RowSplitter:
    """Splits text into rows of ``columns`` fields and finds the fields at the ``needed`` positions."""

    def __init__(self, columns: int, needed: Places) -> None:
        self._columns = columns
        self._needed = needed
        self._first = np.flatnonzero(needed == 0)
        self._last = np.flatnonzero(needed == columns - 1)

    def split(self, text: bytes, *, final: bool) -> Rows:
        """Split text that ends with a newline. ``final`` says that nothing follows it."""
        lines = Lines(text)
        faults = lines.faults()
        if not lines.has(QUOTE):
            return self._locate(lines, faults, Quoted.nowhere())
        quoted = read_quotes(lines, self._columns, faults, final=final)
        if quoted.open_from is not None:
            return replace(self.split(lines.before(quoted.open_from), final=True), rest=lines.since(quoted.open_from))
        return self._locate(lines, {**quoted.faults, **faults}, quoted)

    def _locate(self, lines: Lines, faults: dict[int, str], quoted: Quoted) -> Rows:
        if lines.has(CARRIAGE_RETURN):
            faults = {**_stray_returns(lines, quoted), **faults}
        separators = self._separators(lines, quoted)
        ends_of_lines = self._ends_of_lines(lines, separators)
        counts = np.diff(ends_of_lines, prepend=-1)
        plain = counts == self._columns
        plain[[*faults, *quoted.rows, *quoted.joined]] = False
        for line in np.flatnonzero(counts != self._columns).tolist():
            if line not in faults and line not in quoted.rows and line not in quoted.joined:
                empty = lines.starts[line] == lines.ends[line]
                faults[line] = EMPTY_LINE if empty else wrong_count(int(counts[line]), self._columns)
        first = np.flatnonzero(plain)
        cells = self._cells(lines, self._fields_ends(separators, ends_of_lines, first), first)
        if quoted.rows:
            cells = self._append(cells, list(quoted.rows.values()))
            first = np.concatenate((first, np.array(list(quoted.rows), np.intp)))
            order = np.argsort(first)
            cells, first = Cells(cells.buffer, cells.starts[:, order], cells.ends[:, order]), first[order]
        return Rows(lines, cells, first, quoted.last, len(quoted.joined), faults)

    def _separators(self, lines: Lines, quoted: Quoted) -> Places:
        """Return where fields end."""
        separators = lines.bytes == COMMA
        if quoted.inside is not None:
            separators &= ~quoted.inside
        separators |= lines.is_newline
        return np.flatnonzero(separators)

    def _ends_of_lines(self, lines: Lines, separators: Places) -> Places:
        """Return which separators end a line."""
        regular = separators[self._columns - 1 :: self._columns]
        if len(separators) == len(lines) * self._columns and np.array_equal(regular, lines.newlines):
            return np.arange(self._columns - 1, len(separators), self._columns)
        return np.searchsorted(separators, lines.newlines)

    def _fields_ends(self, separators: Places, ends_of_lines: Places, first: Places) -> Places:
        """Return where the fields of the lines ``first`` end, shape (lines, columns)."""
        if len(separators) == len(first) * self._columns:
            return separators.reshape(-1, self._columns)
        return separators.take(ends_of_lines[first][:, None] + np.arange(1 - self._columns, 1))

    def _cells(self, lines: Lines, fields_ends: Places, first: Places) -> Cells:
        """Return the needed fields of the rows that stand on one line each, unquoted."""
        ends = fields_ends.T[self._needed]
        starts = fields_ends.T[self._needed - 1] + 1
        starts[self._first] = lines.starts[first]
        ends[self._last] = lines.ends[first]
        quoted = (lines.bytes[starts] == QUOTE) if lines.has(QUOTE) else False
        return Cells(lines.buffer, starts + quoted, ends - quoted)

    def _append(self, cells: Cells, rows: list[list[bytes]]) -> Cells:
        """Add rows that were read one by one; their texts go behind the buffer."""
        texts = Cells.of([fields[position] for position in self._needed for fields in rows])
        shape = (len(self._needed), len(rows))
        shift = len(cells.buffer)
        return Cells(
            cells.buffer + texts.buffer,
            np.concatenate((cells.starts, texts.starts.reshape(shape) + shift), axis=1),
            np.concatenate((cells.ends, texts.ends.reshape(shape) + shift), axis=1),
        )


def _stray_returns(lines: Lines, quoted: Quoted) -> dict[int, str]:
    """Return the lines with a carriage return that neither ends the line nor stands in quotes."""
    returns = np.flatnonzero(lines.bytes == CARRIAGE_RETURN)
    stray = lines.bytes[returns + 1] != NEWLINE
    if quoted.inside is not None:
        stray &= ~quoted.inside[returns]
    found = set(np.unique(lines.at(returns[stray])).tolist()) - quoted.joined - set(quoted.rows)
    return dict.fromkeys(found, STRAY_RETURN)
