"""A whole file, of the disk or a stream -> tables, block by block, with bounded memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from lambda_fn.csv_io.blocks import OwnedLines, TooLong
from lambda_fn.csv_io.encoding import Encoding
from lambda_fn.csv_io.header import Header, UnusableHeader, find_header
from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.artefact.recipe import ID_FIELD, CategoryInput, InputField, Recipe
from lambda_fn.scoring.columns import Layout
from lambda_fn.tables.reader import Table, TableReader
from lambda_fn.tables.spellings import dialect_of

PIECE_BYTES: Final = 768 * 1024  # few calls, and still near the processor
_GZIP: Final = b"\x1f\x8b"
_END: Final = 2**62  # a stream's length is not known before it ends
_DAMAGED: Final = (EOFError, gzip.BadGzipFile, zlib.error)


@dataclass(frozen=True)
class OpenedTable:
    """A file whose header is read. ``pieces``: its bytes from the beginning; to be read once."""

    header: Header
    dialect: Dialect
    pieces: Iterable[bytes]

    def blocks(self) -> Iterator[bytes | TooLong]:
        """Yield its lines behind the header, in UTF-8, in blocks of whole lines."""
        start = self.header.first_line
        encoding = Encoding(self.dialect.encoding)
        yield from OwnedLines(_skip(self.pieces, start), offset=start, start=start, end=_END, encoding=encoding)

    def tables(self, layout: Layout, *, id_column: str | None = ID_FIELD, texts: Sequence[str] = ()) -> Iterator[Table]:
        """Yield its rows; a rejected row's line counts from 0 behind the header.

        Without an id column, a row's id is the number of its first line in the file, as the rejected file counts.
        """
        reader = TableReader(
            self.header.names,
            layout,
            self.dialect,
            id_column=id_column,
            texts=texts,
            first_line=self.header.lines + 1,
        )
        for block in self.blocks():
            yield reader.read_too_long(block.beginning) if isinstance(block, TooLong) else reader.read(block)
        yield reader.read(b"", final=True)


def open_table(
    source: Path | Iterable[bytes], needed: Iterable[str], dialect: Dialect = DEFAULT_DIALECT
) -> OpenedTable:
    """Read the header of a file, or of a stream of its bytes in pieces of up to a megabyte.

    A file of the disk may be packed with gzip, whatever its name. Raises UnusableHeader, saying what to do.
    """
    pieces, unpacked = _pieces_of(source) if isinstance(source, Path) else (iter(source), False)
    begun: list[bytes] = []
    header = find_header(_kept(pieces, begun), needed, dialect.delimiter.encode(), dialect.encoding, unpacked=unpacked)
    return OpenedTable(header, dialect_of(dialect, header), chain(begun, pieces))


def read_table(
    source: Path | Iterable[bytes],
    layout: Layout,
    dialect: Dialect = DEFAULT_DIALECT,
    *,
    id_column: str | None = ID_FIELD,
    texts: Sequence[str] = (),
) -> Iterator[Table]:
    """Yield a file's rows, some thousand at a time, with those that are rejected.

    ``texts``: further columns, to be returned as they are written. Raises UnusableHeader, saying what to do.
    """
    ids = () if id_column is None else (id_column,)
    needed = dict.fromkeys((*ids, *layout.numeric_names, *layout.category_names, *texts))
    yield from open_table(source, needed, dialect).tables(layout, id_column=id_column, texts=texts)


def _pieces_of(path: Path) -> tuple[Iterator[bytes], bool]:
    with path.open("rb") as file:
        packed = file.read(len(_GZIP)) == _GZIP
    return (_unpacked(path) if packed else _plain(path)), packed


def _plain(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _unpacked(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as file:
        while True:
            try:
                piece = file.read(PIECE_BYTES)
            except _DAMAGED as error:
                raise UnusableHeader(f"the gzip data is damaged ({error}): pack or copy the file again") from error
            if not piece:
                return
            yield piece


def _kept(pieces: Iterator[bytes], taken: list[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        taken.append(piece)
        yield piece


def _skip(pieces: Iterable[bytes], count: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece[count:]
        count = max(count - len(piece), 0)


def layout_of(inputs: Iterable[InputField]) -> Layout:
    """Return the layout of inputs that are not fitted yet: numbers, flags and dates. Read categories as texts."""
    numeric = tuple(field for field in inputs if not isinstance(field, CategoryInput))
    return Layout(Recipe.model_construct(inputs=numeric, steps=()))
