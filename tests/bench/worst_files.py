"""Files that a CSV reader finds hard, made from the twin's rows: each is at least one chunk long."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Final

from lambda_fn.contract import CHUNK_BYTES
from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.artefact.recipe import DateInput, FlagInput, InputField, NumberInput

BLANK_SHARE: Final = 0.5
FAULTY_SHARE: Final = 0.01
DISTINCT_ROWS: Final = 100_000  # the file repeats them
_DECIMALS: Final = 12
_ROOM: Final = 101  # decimals would lift the largest value of a narrower scale above its bound
_UNREAD: Final = "ethnicity"  # a text column that the model does not read
_WORDS: Final = {b"0": b"false", b"1": b"true"}

LOCAL: Final = Dialect(
    delimiter=";", decimal_mark=",", thousands_mark=".", encoding="cp1252", dates=("DD.MM.YYYY",), missing=("", "k.A.")
)
DIALECTS: Final = {"local_dialect": LOCAL}  # of the files by name; the others are written in the default one

Cells = list[bytes]


class Changes:
    """The ways to make a row hard. ``header``: names of the columns, the id first; ``inputs``: what the model reads."""

    def __init__(self, header: list[str], inputs: tuple[InputField, ...]) -> None:
        self._draw = random.Random(7)
        self._note = header.index(_UNREAD)
        self._flags = [header.index(field.name) for field in inputs if isinstance(field, FlagInput)]
        (self._date,) = (header.index(field.name) for field in inputs if isinstance(field, DateInput))
        numbers = [field for field in inputs if isinstance(field, NumberInput)]
        self._whole = [header.index(field.name) for field in numbers if field.integer or field.maximum < _ROOM]
        self._broken = [header.index(field.name) for field in numbers if not (field.integer or field.maximum < _ROOM)]

    def plain(self, row: Cells) -> Cells:
        """Leave the row as the twin writes it."""
        return row

    def half_blank(self, row: Cells) -> Cells:
        """Blank each cell but the id with even chances."""
        return [row[0], *(b"" if self._draw.random() < BLANK_SHARE else cell for cell in row[1:])]

    def all_blank(self, row: Cells) -> Cells:
        """Blank all cells but the id."""
        return [row[0], *[b""] * (len(row) - 1)]

    def all_quoted(self, row: Cells) -> Cells:
        """Quote every cell."""
        return [b'"%b"' % cell for cell in row]

    def doubled_quotes(self, row: Cells) -> Cells:
        """Put a text with doubled quotes into one cell."""
        return [*row[: self._note], b'"the ""%b"" kind"' % row[self._note], *row[self._note + 1 :]]

    def flags_in_words(self, row: Cells) -> Cells:
        """Write flags as true and false."""
        changed = list(row)
        for place in self._flags:
            changed[place] = _WORDS[row[place]]
        return changed

    def long_decimals(self, row: Cells) -> Cells:
        """Write numbers with twelve decimals: zeros on narrow scales and where the model wants whole numbers."""
        changed = list(row)
        for place in self._whole:
            changed[place] = row[place] + b"." + b"0" * _DECIMALS
        for place in self._broken:
            changed[place] = b"%b.%0*d" % (
                row[place].partition(b".")[0],
                _DECIMALS,
                self._draw.randrange(10**_DECIMALS),
            )
        return changed

    def faulty_rows(self, row: Cells) -> Cells:
        """Spoil one row in a hundred: a field too many, or a number that is none."""
        if self._draw.random() >= FAULTY_SHARE:
            return row
        return (
            [*row, b"more"]
            if self._draw.random() < 0.5
            else [*row[: self._whole[0]], b"n/a", *row[self._whole[0] + 1 :]]
        )

    def local_dialect(self, row: Cells) -> Cells:
        """Write as a German shop's spreadsheet does: see LOCAL."""
        changed = list(row)
        for place in self._broken:
            changed[place] = row[place] + b",5" if self._draw.random() < 0.5 else row[place]
        changed[self._note] = "Käufer".encode(LOCAL.encoding)
        year, month, day = row[self._date].split(b"-")
        changed[self._date] = b".".join((day, month, year))
        return changed


WAYS: Final[dict[str, Callable[[Changes, Cells], Cells]]] = {
    change.__name__: change
    for change in (
        Changes.half_blank,
        Changes.all_blank,
        Changes.all_quoted,
        Changes.doubled_quotes,
        Changes.flags_in_words,
        Changes.long_decimals,
        Changes.faulty_rows,
        Changes.local_dialect,
    )
}


def write_worst(source: Path, folder: Path, inputs: tuple[InputField, ...]) -> Iterator[Path]:
    """Write one file for each way to be hard, named after it; yield them."""
    with source.open("rb") as file:
        header = file.readline()
        rows = [line.rstrip(b"\r\n").split(b",") for line, _ in zip(file, range(DISTINCT_ROWS), strict=False)]
    changes = Changes(header.decode().strip().split(","), inputs)
    for name, change in WAYS.items():
        mark = DIALECTS.get(name, DEFAULT_DIALECT).delimiter.encode()
        lines = [mark.join(change(changes, row)) + b"\n" for row in rows]
        yield _write(folder / f"{name}.csv", header.replace(b",", mark), lines)


def _write(path: Path, header: bytes, lines: list[bytes]) -> Path:
    size = 0
    with path.open("wb") as file:
        file.write(header)
        for line in cycle(lines):
            file.write(line)
            size += len(line)
            if size > CHUNK_BYTES:
                break
    return path
