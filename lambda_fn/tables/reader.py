"""CSV text -> columns and a verdict per row, by one recipe and one dialect.

What is plain is read for whole columns at once. Every other line, and every row with a fault, goes to the exact reader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lambda_fn.csv_io.cells import Cells, Places
from lambda_fn.csv_io.exact import ExactReader
from lambda_fn.csv_io.grid import Grid, Text
from lambda_fn.csv_io.reasons import TOO_LONG
from lambda_fn.scoring.arrays import Bools
from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.artefact.expectations import MAX_ID_CHARACTERS
from lambda_fn.scoring.artefact.recipe import ID_FIELD
from lambda_fn.scoring.columns import Columns, Layout
from lambda_fn.tables.categories import CategoryTables
from lambda_fn.tables.judge import Judge, Judged, Rejected
from lambda_fn.tables.numeric import NumericReader
from lambda_fn.tables.spellings import spelling_of

FIRST_LINE: Final = 2  # the number of the first line after the header


@dataclass(frozen=True)
class Table:
    """Rows ready to be scored, and those that are not.

    ``ids``: UTF-8; without an id column, the numbers of the rows' first lines.
    ``texts``: the cells of the columns that were asked for as texts, by name; empty where missing.
    ``lines``: how many lines were read.
    ``joined``: how many of them are no rows of their own: they continue another line's row, or are blank.
    """

    ids: NDArray[np.bytes_]
    columns: Columns
    rejected: list[Rejected]
    lines: int
    joined: int
    texts: Mapping[str, list[bytes]]

    def __len__(self) -> int:
        return len(self.columns)


class TableReader:
    """Reads one text, given in pieces of whole lines. A row may go on in the next piece.

    ``header``: names of the columns; empty names at its end are passed over, and a row may leave them out.
    ``id_column``: None where rows have no id; ``first_line`` is then the number of the text's first line in its file.
    ``texts``: further columns, to be returned as they are written.
    """

    def __init__(
        self,
        header: Sequence[str],
        layout: Layout,
        dialect: Dialect = DEFAULT_DIALECT,
        *,
        id_column: str | None = ID_FIELD,
        texts: Sequence[str] = (),
        first_line: int = FIRST_LINE,
    ) -> None:
        position = {name: place for place, name in reversed(list(enumerate(header)))}
        spelling = spelling_of(dialect)
        self._layout, self._missing = layout, spelling.missing
        self._numeric = NumericReader(layout.numeric, dialect, spelling)
        self._categories = CategoryTables([field.categories for field in layout.categorical], spelling.missing)
        self._judge = Judge(position, layout, dialect, spelling, id_column, texts)
        named = len("\0".join(header).rstrip("\0").split("\0"))
        self._exact = ExactReader(len(header), spelling.delimiter, named, dialect.encoding)
        self._text_names = tuple(texts)
        self._has_ids = id_column is not None
        self._ids_from = len(layout.numeric) + len(layout.categorical)
        ids = () if id_column is None else (id_column,)
        names = (*self._numeric.names, *layout.category_names, *ids, *texts)
        self._grid = Grid(len(header), np.array([position[name] for name in names], np.intp), spelling.delimiter)
        self._first_line = first_line
        self._pending = b""
        self._lines = 0

    def read(self, text: bytes, *, final: bool = False) -> Table:
        """Read the next piece, which ends with a newline (or is empty). ``final`` says that it is the last one."""
        lines = Text(self._pending + text)
        rows, cells = self._grid.find(lines)
        columns = self._columns(cells)
        good: Bools = np.logical_not(self._layout.outside(columns).any(axis=1))
        if self._has_ids:
            lengths = cells.lengths[self._ids_from]
            good &= (lengths > 0) & (lengths <= MAX_ID_CHARACTERS)  # bytes; the exact reader counts characters
        found = self._exact.read(lines, _others(len(lines), rows[good]), final=final)
        count = len(lines) if found.open_from is None else found.open_from
        self._pending = b"" if found.open_from is None else lines.since(found.open_from)
        joined = [line for row in found.rows for line in range(row.line + 1, row.line + row.lines)]
        if joined or count < len(lines):
            good &= (rows < count) & ~np.isin(rows, joined)
        if not good.all():
            rows, cells, columns = rows[good], cells[:, good], columns.take(good)
        table = self._table(rows, cells, columns)
        judged = self._judge.judge(found.rows)
        table = self._merged(table, rows, judged) if judged.lines else table
        first, self._lines = self._lines, self._lines + count
        rejected = [row._replace(line=first + row.line) for row in sorted(judged.rejected)]
        return replace(table, rejected=rejected, lines=count, joined=len(joined) + found.blank)

    def read_too_long(self, beginning: bytes) -> Table:
        """Pass over a line that is too long, of which only the beginning is there. It ends a row that is still open."""
        before = self.read(b"", final=True)
        rejected = [*before.rejected, Rejected(self._lines, TOO_LONG, beginning)]
        self._lines += 1
        return replace(before, rejected=rejected, lines=before.lines + 1)

    def _columns(self, cells: Cells) -> Columns:
        numeric = len(self._layout.numeric)
        return Columns(
            self._numeric.values(cells[:numeric]).T,
            self._categories.codes(cells[numeric : self._ids_from]).T,
        )

    def _table(self, lines: Places, cells: Cells, columns: Columns) -> Table:
        texts_from = self._ids_from + self._has_ids
        return Table(
            ids=cells[self._ids_from].as_bytes() if self._has_ids else self._line_numbers(lines),
            columns=columns,
            rejected=[],
            lines=0,
            joined=0,
            texts={
                name: [b"" if text in self._missing else text for text in cells[texts_from + place].texts()]
                for place, name in enumerate(self._text_names)
            },
        )

    def _merged(self, plain: Table, lines: Places, judged: Judged) -> Table:
        """Put the rows that were read one by one between the others."""
        order = np.argsort(np.concatenate((lines, judged.lines)), kind="stable")
        ids = np.array(judged.ids, np.bytes_) if self._has_ids else self._line_numbers(np.array(judged.lines, np.intp))
        texts = {name: [*plain.texts[name], *judged.texts[name]] for name in self._text_names}
        return replace(
            plain,
            ids=np.concatenate((plain.ids, ids))[order],
            columns=Columns(
                np.concatenate((plain.columns.numbers, judged.columns.numbers))[order],
                np.concatenate((plain.columns.codes, judged.columns.codes))[order],
            ),
            texts={name: [several[row] for row in order.tolist()] for name, several in texts.items()},
        )

    def _line_numbers(self, lines: Places) -> NDArray[np.bytes_]:
        return np.array([b"%d" % line for line in (lines + (self._first_line + self._lines)).tolist()], np.bytes_)


def _others(count: int, good: Places) -> list[int]:
    others: Bools = np.ones(count, dtype=bool)
    others[good] = False
    return np.flatnonzero(others).tolist()
