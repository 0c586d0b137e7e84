"""Text -> where each needed field of each plain row lies; every other line is left to the exact reader."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lambda_fn.csv_io.cells import PADDING, Cells, Places

NEWLINE, RETURN, QUOTE, NUL = ord("\n"), ord("\r"), ord('"'), 0
_BEFORE: Final = PADDING + b"\n"  # ends the line before the first one


class Text:
    """Text that ends with a newline, and its lines. Line i ends at ``newlines[i + 1]``."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.buffer = b"".join((_BEFORE, text, PADDING))
        self.bytes: NDArray[np.uint8] = np.frombuffer(self.buffer, np.uint8)
        self.is_newline: NDArray[np.bool_] = self.bytes == NEWLINE
        self.newlines: Places = np.flatnonzero(self.is_newline)

    def __len__(self) -> int:
        return len(self.newlines) - 1

    def __getitem__(self, line: int, /) -> bytes:
        return self.buffer[self.newlines[line] + 1 : self.newlines[line + 1]]

    def since(self, line: int) -> bytes:
        """Return the text from a line to the end."""
        return self.buffer[self.newlines[line] + 1 : -len(PADDING)]

    def at(self, places: Places) -> Places:
        """Return the lines that hold these places."""
        return np.searchsorted(self.newlines, places) - 1

    def suspects(self) -> Places:
        """Return the lines that hold what is no text, or a carriage return that does not end them."""
        found = []
        if b"\0" in self.text:
            found.append(np.flatnonzero(self.bytes[: -len(PADDING)] == NUL)[len(PADDING) :])
        if b"\r" in self.text:
            returns = np.flatnonzero(self.bytes == RETURN)
            found.append(returns[self.bytes[returns + 1] != NEWLINE])
        if not self.text.isascii() and not _is_utf8(self.text):
            found.append(np.flatnonzero(self.bytes > 0x7F))
        return self.at(np.concatenate(found)) if found else np.zeros(0, np.intp)


class Grid:
    """Finds the fields at the ``needed`` positions of rows of ``columns`` fields."""

    def __init__(self, columns: int, needed: Places, delimiter: bytes) -> None:
        self._columns, self._needed, self._delimiter = columns, needed, ord(delimiter)
        self._first, self._last = np.flatnonzero(needed == 0), np.flatnonzero(needed == columns - 1)

    def find(self, text: Text) -> tuple[Places, Cells]:
        """Return the lines that are plain rows, and the needed fields, shape (needed, rows)."""
        separators = text.bytes == self._delimiter
        suspects = text.suspects()
        quotes = None
        if b'"' in text.text:
            quotes, odd = _paired(text)
            marks = np.zeros(len(text.bytes), np.uint8)
            marks[quotes] = 1
            separators &= ~np.bitwise_xor.accumulate(marks).view(np.bool_)
            suspects = np.concatenate((suspects, odd, text.at(self._out_of_place(text, quotes))))
        separators |= text.is_newline
        rows, ends, before = self._rows(text, np.flatnonzero(separators), suspects)
        stops, starts = ends.T[self._needed], ends.T[self._needed - 1] + 1
        starts[self._first] = before + 1
        if b"\r" in text.text:
            stops[self._last] -= text.bytes[stops[self._last] - 1] == RETURN
        if quotes is None:
            return rows, Cells(text.buffer, starts, stops)
        quoted = text.bytes[starts] == QUOTE
        return rows, _unescaped(Cells(text.buffer, starts + quoted, stops - quoted), quoted, quotes)

    def _rows(self, text: Text, places: Places, suspects: Places) -> tuple[Places, Places, Places]:
        """Return the plain rows' lines, where their fields end, and where the lines before them end.

        The second has the shape (rows, columns).
        """
        regular = len(places) == len(text) * self._columns + 1 and self._columns > 1
        if regular and not len(suspects) and np.array_equal(places[:: self._columns], text.newlines):
            return np.arange(len(text)), places[1:].reshape(-1, self._columns), text.newlines[:-1]
        ends = np.searchsorted(places, text.newlines)
        plain = (np.diff(ends) == self._columns) & (self._columns > 1)  # of one column, a blank line looks like a row
        plain[suspects] = False
        rows = np.flatnonzero(plain)
        return rows, places[ends[rows][:, None] + np.arange(1, self._columns + 1)], text.newlines[rows]

    def _out_of_place(self, text: Text, quotes: Places) -> Places:
        """Return quotes that are neither doubled nor at the edge of a field."""
        opening, closing = quotes[::2], quotes[1::2]
        before, after = text.bytes[opening - 1], text.bytes[closing + 1]
        begins = (before == self._delimiter) | (before == NEWLINE)
        begins[1:] |= opening[1:] == closing[:-1] + 1
        ends = (after == self._delimiter) | (after == NEWLINE) | (after == RETURN) | (after == QUOTE)
        return np.concatenate((opening[~begins], closing[~ends]))


def _paired(text: Text) -> tuple[Places, Places]:
    """Return the quotes of lines that have an even number of them, and the other lines that have any."""
    quotes = np.flatnonzero(text.bytes == QUOTE)
    lines = text.at(quotes)
    odd = np.bincount(lines, minlength=len(text)) % 2 == 1
    return quotes[~odd[lines]], np.flatnonzero(odd)


def _unescaped(cells: Cells, quoted: NDArray[np.bool_], quotes: Places) -> Cells:
    """Return the cells with single quotes for doubled ones: such texts are laid behind the buffer."""
    doubled = quotes[1:-1:2][quotes[2::2] == quotes[1:-1:2] + 1]
    if not len(doubled):
        return cells
    following = doubled.take(np.searchsorted(doubled, cells.starts[quoted]), mode="clip")
    inside = quoted.copy()
    inside[quoted] = (following >= cells.starts[quoted]) & (following < cells.ends[quoted])
    if not inside.any():
        return cells
    texts = Cells.of([cell.replace(b'""', b'"') for cell in cells[inside].texts()])
    starts, ends = cells.starts.copy(), cells.ends.copy()
    starts[inside], ends[inside] = texts.starts + len(cells.buffer), texts.ends + len(cells.buffer)
    return Cells(cells.buffer + texts.buffer, starts, ends)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
