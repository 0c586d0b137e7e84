"""Spoil some rows of a table on purpose, each in a way that real files are spoiled and that fits any shop."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from cdk.local.table_lines import TableLines
from lambda_fn.csv_io.encoding import Encoding
from lambda_fn.csv_io.exact import split_fields
from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.scoring.artefact.recipe import ID_FIELD
from lambda_fn.scoring.columns import Layout

Cells = list[bytes]  # of one row, as the file writes them

# What is no text in an encoding; in latin-1 every byte is one.
BROKEN_TEXT: Final[Mapping[str, bytes]] = {
    "utf-8": b"caf\xe9",
    "cp1252": b"caf\x81",
    "utf-16-le": b"\x00\xd8",  # half of a surrogate pair
    "utf-16-be": b"\xd8\x00",
}
SURPLUS: Final = "surplus"
FEWER: Final = 3  # cells


@dataclass(frozen=True)
class Target:
    """What can be spoiled in a shop's rows.

    id_column: None for a table without one.
    number, minimum, maximum: an input that is read as a number, and its hard bounds; None where there is none.
    dialect: how the table is written.
    """

    id_column: str | None
    number: str | None
    minimum: float = 0.0
    maximum: float = 1.0
    dialect: Dialect = DEFAULT_DIALECT

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """Return what can be spoiled in the rows that a model reads: its id, and its first number."""
        layout = Layout(manifest.recipe)
        by_kind = sorted(range(len(layout.numeric)), key=lambda i: layout.numeric[i].kind != "number")
        if not by_kind:
            return cls(manifest.id_column, None, dialect=manifest.dialect)
        [first, *_] = by_kind
        bounds = float(layout.minimum[first]), float(layout.maximum[first])
        return cls(manifest.id_column, layout.numeric[first].name, *bounds, dialect=manifest.dialect)


SHOPPER: Final = Target(ID_FIELD, "age", 13, 120)  # the public shopper


@dataclass(frozen=True)
class _Table:
    """A table's columns beside what can be spoiled in them."""

    columns: Sequence[str]
    target: Target
    encoding: Encoding

    def number(self, text: str) -> _Replacement | None:
        """Return the number's cell with another text; None where there is no number, or the text means nothing."""
        if self.target.number is None or text in self.target.dialect.missing:
            return None
        return self.columns.index(self.target.number), text.encode(self.encoding.name)

    def id(self, written: bytes | None) -> _Replacement | None:
        """Return the id's cell, or the first one where there is no id, with other bytes."""
        if written is None:
            return None
        return (0 if self.target.id_column is None else self.columns.index(self.target.id_column)), written


_Replacement = tuple[int, bytes]  # the position of a cell, and what it becomes
_REPLACED: Final[Mapping[str, Callable[[_Table], _Replacement | None]]] = {
    "word where a number belongs": lambda table: table.number("forty"),
    "number beyond its bounds": lambda table: table.number(str(int(table.target.maximum) * 10 + 10)),
    "number below its bounds": lambda table: table.number(str(int(table.target.minimum) - 1)),
    "not a number": lambda table: table.number("NaN"),
    "infinity": lambda table: table.number("1e400"),
    "empty id": lambda table: table.id(None if table.target.id_column is None else b""),
    "NUL byte": lambda table: table.id("10\x0001".encode(table.encoding.name)),
    "broken encoding": lambda table: table.id(BROKEN_TEXT.get(table.encoding.name)),
}
WAYS: Final = (*_REPLACED, "too few columns", "too many columns")


def spoil(table: bytes, count: int, seed: int, target: Target = SHOPPER) -> bytes:
    """Return a table with ``count`` of its rows spoiled, all WAYS that fit it in turn, at places that ``seed`` decides.

    Rows that take up several lines stay as they are. Raises ValueError when it has fewer other rows than ``count``.
    """
    lines = TableLines.of([table], target.dialect)
    shop = _Table(lines.header.names, target, lines.encoding)
    rows = dict(_rows(lines))
    if count > len(rows):
        raise ValueError(f"cannot spoil {count} of {len(rows)} rows")
    ways = _ways_of(shop)
    written = list(lines.lines)
    for turn, place in enumerate(sorted(random.Random(seed).sample(list(rows), count))):
        written[place] = lines.row(ways[turn % len(ways)](rows[place]), like=written[place])
    return b"".join((lines.beginning, *written))


def _rows(lines: TableLines) -> Sequence[tuple[int, Cells]]:
    """Return the rows of one line each, by their line, with their cells."""
    found = []
    for place, line in enumerate(lines.lines):
        fields = split_fields(lines.encoding.as_utf8(line).rstrip(b"\r\n"), lines.header.delimiter)
        # A first cell, so that a row of which only that one stays is no blank line.
        if fields and fields[0].strip() and len(fields) > 1:
            try:
                found.append((place, [field.decode().encode(lines.encoding.name) for field in fields]))
            except UnicodeError:  # it is spoiled already
                continue
    return found


def _ways_of(table: _Table) -> list[Callable[[Cells], Cells]]:
    replacing = [_replace(*found) for way in _REPLACED.values() if (found := way(table)) is not None]
    columns, surplus = len(table.columns), SURPLUS.encode(table.encoding.name)
    named = len([name for name in table.columns if name])
    return [
        *replacing,
        lambda cells: cells[: max(1, named - FEWER)],
        lambda cells: [*cells, *[b""] * (columns - len(cells)), surplus],
    ]


def _replace(position: int, written: bytes) -> Callable[[Cells], Cells]:
    return lambda cells: [*cells[:position], written, *cells[position + 1 :]]
