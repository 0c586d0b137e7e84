"""A table's lines as its file writes them: to drop some of a shop's own rows, byte by byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Final, Self

from lambda_fn.csv_io.encoding import Encoding
from lambda_fn.csv_io.header import Header
from lambda_fn.scoring.artefact.dialect import Dialect
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.scoring.columns import Layout
from lambda_fn.tables.files import open_table

COUNTRY: Final = "country"  # a model of one country's rows is shown that country's rows
EVERY_COUNTRY: Final = "all"


@dataclass(frozen=True)
class TableLines:
    """A table's lines, with their ends.

    header: what its beginning says.
    beginning: its bytes, up to the first line after the header.
    lines: those behind the header.
    """

    header: Header
    beginning: bytes
    lines: Sequence[bytes]

    @property
    def encoding(self) -> Encoding:
        """How its bytes are text."""
        return self.header.encoding

    @classmethod
    def of(cls, source: Path | Iterable[bytes], dialect: Dialect, most: int | None = None) -> Self:
        """Read a table, or its first ``most`` lines behind the header. Raises UnusableHeader."""
        opened = open_table(source, (), dialect)
        lines = _lines(opened.pieces, opened.header.encoding)
        beginning = b"".join(islice(lines, opened.header.lines))
        return cls(opened.header, beginning, list(islice(lines, most)))

    def row(self, cells: Sequence[bytes], like: bytes) -> bytes:
        """Write a row of cells, which are in the table's encoding, with the end of the line ``like``."""
        body = self.encoding.as_utf8(like)
        end = body[len(body.rstrip(b"\r\n")) :]
        mark, quote = self._written(self.header.delimiter), self._written(b'"')
        quoted = [
            quote + cell.replace(quote, 2 * quote) + quote if mark in cell or quote in cell else cell for cell in cells
        ]
        return mark.join(quoted) + self._written(end)

    def _written(self, text: bytes) -> bytes:
        return text.decode().encode(self.encoding.name)


def first_rows_as_written(data: Path, manifest: Manifest, most: int) -> tuple[bytes, int]:
    """Return a table of the first rows of a file, good or bad, as they stand there, and how many they are.

    A row may take up several lines. Where a model was trained on the rows of one country, they are of that country.
    Raises UnusableHeader.
    """
    ranges = list(islice(_row_ranges(data, manifest), most))
    table = TableLines.of(data, manifest.dialect, most=max((end for _, end in ranges), default=0))
    rows = (b"".join(table.lines[start:end]) for start, end in ranges)
    return table.beginning + b"".join(rows), len(ranges)


def _row_ranges(data: Path, manifest: Manifest) -> Iterator[tuple[int, int]]:
    """Yield the lines of each row, counted from 0 behind the header: the first one, and the one after the last."""
    before: list[tuple[int, bool]] = []  # the row that ends where the next one begins
    end = 0
    for starts, lines in _row_starts(data, manifest):
        for (start, wanted), (following, _) in pairwise([*before, *starts]):
            if wanted:
                yield start, following
        before, end = starts[-1:] or before, lines
    for start, wanted in before:
        if wanted:
            yield start, end


def _row_starts(data: Path, manifest: Manifest) -> Iterator[tuple[list[tuple[int, bool]], int]]:
    """Yield, block by block, each row's first line and whether it is wanted, and how many lines were read so far."""
    country = manifest.data.country or EVERY_COUNTRY
    texts = () if country == EVERY_COUNTRY else (COUNTRY,)
    opened = open_table(data, (*(field.name for field in manifest.recipe.inputs), *texts), manifest.dialect)
    first_line, lines = opened.header.lines + 1, 0
    for table in opened.tables(Layout(manifest.recipe), id_column=None, texts=texts):
        numbers = [int(number) - first_line for number in table.ids]  # without an id column, ids are numbers of lines
        wanted = [text == country.encode() for text in table.texts[COUNTRY]] if texts else [True] * len(numbers)
        lines += table.lines
        yield sorted([*zip(numbers, wanted, strict=True), *((row.line, True) for row in table.rejected)]), lines


def _lines(pieces: Iterable[bytes], encoding: Encoding) -> Iterator[bytes]:
    text, place = b"", 0
    for piece in pieces:
        text += piece
        done = 0
        while (end := encoding.find(text, place, done)) >= 0:
            yield text[done : end + encoding.unit]
            done = end + encoding.unit
        text, place = text[done:], place + done
    if text:
        yield text
