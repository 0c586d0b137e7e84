"""The same table as several shops write it, and the model that reads it."""

from __future__ import annotations

from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.artefact.manifest import Manifest
from tests import csv_files, factories

GERMAN = Dialect(
    delimiter=";",
    encoding="cp1252",
    decimal_mark=",",
    missing=("", "k.A."),
    true=("ja",),
    false=("nein",),
    dates=("DD.MM.YYYY",),
)
DIALECTS = (
    DEFAULT_DIALECT,
    GERMAN,
    *(GERMAN.model_copy(update={"encoding": name}) for name in ("utf-8", "utf-16", "latin-1")),
)
ID = "Kunden-Nr."


def model_of(dialect: Dialect, id_column: str | None = ID) -> Manifest:
    """Return a model of a shop with such tables."""
    return factories.artefact(dialect=dialect, id_column=id_column)[0]


def table_of(dialect: Dialect, rows: int, seed: int = 1) -> bytes:
    """Return a table of so many good rows in the default dialect or one like GERMAN."""
    header = csv_files.HEADER_LINE.decode().strip().replace("user_id", ID).split(",")
    lines = [header, *(line.decode().split(",") for line in csv_files.rows(rows, seed))]
    written = [line if dialect.delimiter == "," else _german(line, header) for line in lines]
    return "".join(f"{dialect.delimiter.join(line)}\r\n" for line in written).encode(dialect.encoding)


def _german(cells: list[str], header: list[str]) -> list[str]:
    if cells == header:
        return header
    return [_german_cell(name, cell) for name, cell in zip(header, cells, strict=True)]


def _german_cell(name: str, cell: str) -> str:
    if name == "last_purchase_date":
        return ".".join(reversed(cell.split("-")))
    if name == "weekend_shopper":
        return {"0": "nein", "1": "ja"}.get(cell, cell)
    return cell.replace(".", ",").replace("☕", "-") or "k.A."
