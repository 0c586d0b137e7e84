"""CSV text -> columns and a verdict per row, by one recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lambda_fn.csv_io.cells import Cells, Places
from lambda_fn.csv_io.dates import parse_dates
from lambda_fn.csv_io.numbers import Bools, parse_numbers
from lambda_fn.csv_io.reasons import TOO_LONG
from lambda_fn.csv_io.rows import Rows, RowSplitter
from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.columns import Columns, Layout
from lambda_fn.scoring.expectations import MAX_ID_CHARACTERS
from lambda_fn.scoring.recipe import ID_FIELD, DateInput, FlagInput
from lambda_fn.tables.categories import CategoryTables
from lambda_fn.tables.reasons import bad_id, wrong_value

_TRUTHS: Final = {b"true": 1.0, b"false": 0.0}


class Rejected(NamedTuple):
    """A row that cannot be scored: its first line (from 0, in the text read so far), why, and the row itself."""

    line: int
    reason: str
    text: bytes


@dataclass(frozen=True)
class Table:
    """Rows ready to be scored, and those that are not. ``lines`` is how many lines both and ``joined`` make up."""

    ids: NDArray[np.bytes_]
    columns: Columns
    rejected: list[Rejected]
    lines: int
    joined: int

    def __len__(self) -> int:
        return len(self.ids)


class TableReader:
    """Reads one text, given in pieces of whole lines. A row may go on in the next piece."""

    def __init__(self, header: Sequence[str], layout: Layout) -> None:
        self._layout = layout
        position = {name: place for place, name in enumerate(header)}
        fields = layout.numeric
        self._dates = np.flatnonzero([isinstance(field, DateInput) for field in fields])
        self._numbers = np.flatnonzero([not isinstance(field, DateInput) for field in fields])
        self._flags = [slot for slot, field in enumerate(fields) if isinstance(field, FlagInput)]
        self._categories = CategoryTables([field.categories for field in layout.categorical])
        slots = np.concatenate((self._numbers, self._dates))  # cells of one kind lie together
        self._cell_of = np.argsort(slots)
        names = (*(fields[slot].name for slot in slots), *layout.category_names, ID_FIELD)
        self._splitter = RowSplitter(len(header), np.array([position[name] for name in names], np.intp))
        self._pending = b""
        self._lines = 0

    def read(self, text: bytes, *, final: bool = False) -> Table:
        """Read the next piece, which ends with a newline (or is empty). ``final`` says that it is the last one."""
        rows = self._splitter.split(self._pending + text, final=final)
        self._pending = rows.rest
        numeric, ids = len(self._layout.numeric), len(rows.cells.starts) - 1
        values, strange = self._read_numbers(rows.cells[:numeric])
        columns = Columns(values.T, self._categories.codes(rows.cells[numeric:ids]).T)
        faulty = strange | self._layout.outside(columns).T
        nameless = _are_bad_ids(rows.cells[ids])
        good = ~(nameless | faulty.any(axis=0))
        rejected = self._reject(rows, faulty, nameless, np.flatnonzero(~good))
        if rejected:
            columns = columns.take(good)
        first = self._lines
        self._lines += len(rows.lines)
        return Table(
            ids=rows.cells[ids][good].as_bytes(),
            columns=columns,
            rejected=[Rejected(first + line, reason, text) for line, reason, text in sorted(rejected)],
            lines=len(rows.lines),
            joined=rows.joined,
        )

    def read_too_long(self, beginning: bytes) -> Table:
        """Pass over a line that is too long, of which only the beginning is there. It ends a row that is still open."""
        before = self.read(b"", final=True)
        rejected = [*before.rejected, Rejected(self._lines, TOO_LONG, beginning)]
        self._lines += 1
        return replace(before, rejected=rejected, lines=before.lines + 1)

    def _read_numbers(self, cells: Cells) -> tuple[Floats, Bools]:
        values = np.empty(cells.starts.shape)
        strange = np.empty(cells.starts.shape, dtype=bool)
        dates = len(self._numbers)
        values[self._numbers], strange[self._numbers] = parse_numbers(cells[:dates])
        values[self._dates], strange[self._dates] = parse_dates(cells[dates:])
        for slot in self._flags:
            for row in np.flatnonzero(strange[slot]).tolist():
                truth = _TRUTHS.get(cells[int(self._cell_of[slot]), row].texts()[0].lower())
                if truth is not None:
                    values[slot, row], strange[slot, row] = truth, False
        return values, strange

    def _reject(self, rows: Rows, faulty: Bools, nameless: Bools, refused: Places) -> list[Rejected]:
        """Return the lines that are no rows and the rows that are refused."""
        rejected = [Rejected(line, reason, rows.text(line)) for line, reason in rows.faults.items()]
        for row in refused.tolist():
            reasons = [bad_id(rows.cells[-1, row].texts()[0])] if nameless[row] else []
            reasons += [
                wrong_value(self._layout.numeric[slot], rows.cells[int(self._cell_of[slot]), row].texts()[0])
                for slot in np.flatnonzero(faulty[:, row]).tolist()
            ]
            line = int(rows.first[row])
            rejected.append(Rejected(line, "; ".join(reasons), rows.text(line)))
        return rejected


def _are_bad_ids(cells: Cells) -> Bools:
    """Return where an id is empty or too long; bytes are counted first, characters only where it may matter."""
    lengths = cells.lengths
    bad: Bools = lengths == 0
    long = lengths > MAX_ID_CHARACTERS
    if long.any():
        bad[long] = [len(text.decode()) > MAX_ID_CHARACTERS for text in cells[long].texts()]
    return bad
