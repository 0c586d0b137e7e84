"""The customers of a dropped file, read as the batch reads it: in the shop's dialect, by the model that scored it."""

from __future__ import annotations

from lambda_fn.csv_io.encoding import Encoding
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.scoring.artefact.recipe import DateInput
from lambda_fn.scoring.columns import Layout, date_of
from lambda_fn.tables.absent_columns import AbsentColumns
from lambda_fn.tables.files import OpenedTable, open_table
from lambda_fn.tables.reader import Table

Cells = dict[str, str]


def first_customers(data: bytes, manifest: Manifest, most: int, *, cut: bool = False) -> dict[str, Cells]:
    """Return the first customers of a file by id, each with its inputs as the API takes them; blanks are left out.

    ``data``: the beginning of the file, unpacked.
    ``cut``: whether the file goes on behind it, so that its last line is not whole.
    Rejected rows are not among them. Raises UnusableHeader, saying what to do.
    """
    needed = () if manifest.id_column is None else (manifest.id_column,)
    opened = open_table([_whole_lines(data, needed, manifest) if cut else data], needed, manifest.dialect)
    layout = AbsentColumns(Layout(manifest.recipe), opened.header.names).present
    found: dict[str, Cells] = {}
    for table in opened.tables(layout, id_column=manifest.id_column, texts=layout.category_names):
        for row in range(min(len(table), most - len(found))):
            found.setdefault(table.ids[row].decode(), _cells(table, row, layout))
    return found


def _whole_lines(data: bytes, needed: tuple[str, ...], manifest: Manifest) -> bytes:
    """Return the beginning of a file without its last line, which is cut off."""
    opened: OpenedTable = open_table([data], needed, manifest.dialect)
    encoding = Encoding(opened.dialect.encoding)
    return data[: encoding.rfind(data, 0) + encoding.unit]


def _cells(table: Table, row: int, layout: Layout) -> Cells:
    numbers = table.columns.numbers[row].tolist()
    cells = {
        field.name: date_of(number).isoformat() if isinstance(field, DateInput) else f"{number:.15g}"
        for field, number in zip(layout.numeric, numbers, strict=True)
        if number == number
    }
    words = {name: table.texts[name][row].decode() for name in layout.category_names}
    return cells | {name: word for name, word in words.items() if word}
