"""A file -> a compact table of the columns that training needs, read by the reader that the batch uses.

A row that the batch would reject is not trained on, and is counted with the same reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.csv_io.header import UnusableHeader
from lambda_fn.scoring.arrays import Bools, Floats
from lambda_fn.scoring.artefact.expectations import ANY_NUMBER
from lambda_fn.scoring.artefact.manifest import DataFingerprint
from lambda_fn.scoring.artefact.recipe import CategoryInput, InputField, NumberInput
from lambda_fn.tables.files import OpenedTable, layout_of, open_table
from lambda_fn.tables.reader import Table
from lambda_fn.tables.spellings import parser_of, spelling_of
from training.data.options import Progress
from training.data.source import Source
from training.errors import DataRefused
from training.shops.shop import RateLabel

ID: Final = "(id)"  # the table's column of ids, whatever the file calls it
EXAMPLES: Final = 3  # of the cells that are refused for one reason
_HASH_BLOCK_BYTES: Final = 1 << 20
_FOUND: Final = ", found "  # in a reason, before the cell


@dataclass
class Refused:
    """Rows that were refused for one reason: how many, and the first of their cells."""

    rows: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def such(self) -> str:
        """Return the examples in brackets, to end a sentence with; empty where there are none."""
        return f" (such as {', '.join(self.examples)})" if self.examples else ""


@dataclass(frozen=True)
class Dataset:
    """Rows of one file.

    In both tables NaN is a missing value. Numbers and flags are numbers, dates are days since 1970-01-01, categories
    are pandas categoricals.

    ``table``: ID (text), the recipe's inputs, and the label's column where one was asked for: the rate, or 1 for
    abandoned and 0 for completed.
    ``refused``: the rows that the reader refuses, by reason.
    ``fingerprint``: which file the rows come from.
    ``left_out``: the number of rows that are not among those to keep.
    ``extra``: the same rows' inputs of another recipe, where the file has them and ``table`` does not.
    """

    table: pd.DataFrame
    refused: dict[str, Refused]
    fingerprint: DataFingerprint
    left_out: int
    extra: pd.DataFrame | None = None

    @property
    def rows_read(self) -> int:
        """Return how many rows the file has."""
        return len(self.table) + self.left_out + sum(each.rows for each in self.refused.values())

    def with_extra(self) -> pd.DataFrame:
        """Return the rows with the inputs of both recipes."""
        return self.table if self.extra is None else pd.concat([self.table, self.extra], axis=1)


def read(path: Path, source: Source, progress: Progress | None = None, also: Iterable[InputField] = ()) -> Dataset:
    """Read a file; raise DataRefused saying what to fix.

    ``progress``: called with the number of rows read so far.
    ``also``: inputs of another recipe, read in the same pass where the file has them.
    """
    if not path.is_file():
        raise DataRefused(f"there is no file {path}")
    try:
        opened = open_table(path, source.columns, source.dialect)
        more = [item for item in also if item.name in opened.header.names and item.name not in source.columns]
        rows = _Rows(source, opened, more)
        for table in opened.tables(rows.layout, id_column=source.id_column, texts=rows.texts):
            rows.add(table)
            if progress:
                progress(rows.seen)
    except UnusableHeader as error:
        raise DataRefused(f"{path}: {error}") from error
    return rows.dataset(path)


class _Rows:
    """Collects the rows of one file."""

    def __init__(self, source: Source, opened: OpenedTable, more: Sequence[InputField]) -> None:
        rate = [_rate(source.label)] if isinstance(source.label, RateLabel) else []
        self._source, self._more, self._dialect = source, more, opened.dialect
        self.layout = layout_of((*source.numeric, *rate))
        self.texts = tuple(dict.fromkeys((*source.texts, *(item.name for item in more))))
        self.seen = 0
        self._left_out = 0
        self._refused: dict[str, Refused] = {}
        self._ids: list[np.ndarray] = []
        self._numbers: list[Floats] = []
        self._codes: dict[str, list[np.ndarray]] = {name: [] for name in self.texts}
        self._known: dict[str, dict[bytes, int]] = {name: {b"": -1} for name in self.texts}

    def add(self, table: Table) -> None:
        """Take in some rows."""
        self.seen += len(table) + len(table.rejected)
        for rejected in table.rejected:
            self._refuse(rejected.reason)
        codes = {name: self._coded(name, table.texts[name]) for name in self.texts}
        kept = self._kept(codes, len(table))
        self._left_out += len(table) - int(kept.sum())
        self._ids.append(table.ids[kept])
        self._numbers.append(table.columns.numbers[kept])
        for name, values in codes.items():
            self._codes[name].append(values[kept])

    def dataset(self, path: Path) -> Dataset:
        """Return what was collected; raise DataRefused where no row is left."""
        ids = np.concatenate(self._ids) if self._ids else np.empty(0, dtype="S1")
        if not len(ids):
            raise DataRefused(self._nothing(path))
        numbers = np.concatenate(self._numbers)
        columns: dict[str, object] = {ID: pd.array([text.decode() for text in ids.tolist()], dtype="str")}
        for i, name in enumerate(self.layout.numeric_names):
            columns[name] = pd.to_numeric(pd.Series(numbers[:, i]), downcast="integer")
        for item in self._source.inputs:
            if isinstance(item, CategoryInput):
                columns[item.name] = self._category(item.name)
        label = self._source.label
        if label is not None and not isinstance(label, RateLabel):
            columns[label.column] = label.values_of(self._category(label.column))
        country = self._source.rows.get("country")
        return Dataset(
            table=pd.DataFrame(columns),
            refused=self._refused,
            fingerprint=DataFingerprint(
                source=path.name,
                sha256=_sha256(path),
                rows=len(ids),
                country=country[0] if country and len(country) == 1 else "all",
            ),
            left_out=self._left_out,
            extra=pd.DataFrame({item.name: self._extra(item) for item in self._more}) if self._more else None,
        )

    def _coded(self, name: str, texts: Sequence[bytes]) -> np.ndarray:
        known = self._known[name]
        return np.array([known.setdefault(text, len(known) - 1) for text in texts], dtype=np.int32)

    def _kept(self, codes: dict[str, np.ndarray], count: int) -> Bools:
        kept: Bools = np.ones(count, dtype=bool)
        for name, values in self._source.rows.items():
            wanted = [self._known[name].get(value.encode(), -2) for value in values]
            kept &= np.isin(codes[name], wanted)
        return kept

    def _refuse(self, reason: str) -> None:
        what, found, cell = reason.partition(_FOUND)
        refused = self._refused.setdefault(what if found else reason, Refused())
        refused.rows += 1
        if found and len(refused.examples) < EXAMPLES and cell not in refused.examples:
            refused.examples.append(cell)

    def _category(self, name: str) -> pd.Categorical:
        texts = [text.decode() for text in list(self._known[name])[1:]]
        order = sorted(range(len(texts)), key=texts.__getitem__)
        place = np.empty(len(texts) + 1, dtype=np.int32)
        place[order] = np.arange(len(texts), dtype=np.int32)
        place[-1] = -1  # where the code of a missing text, -1, points
        return pd.Categorical.from_codes(
            place[np.concatenate(self._codes[name])], pd.Index(sorted(texts), dtype=object)
        )

    def _extra(self, item: InputField) -> object:
        """Return an input of another recipe; a text that it cannot read is missing."""
        if isinstance(item, CategoryInput):
            return self._category(item.name)
        parse = parser_of(item, self._dialect, spelling_of(self._dialect))
        values = [np.nan if (value := parse(text)) is None else value for text in self._known[item.name]]
        table = np.array([*values[1:], np.nan])  # the code of a missing text, -1, points at the last
        return table[np.concatenate(self._codes[item.name])]

    def _nothing(self, path: Path) -> str:
        if not self.seen:
            return f"{path} has a header and no rows"
        if self._left_out:
            wanted = " and ".join(
                f"{name} {' or '.join(map(repr, values))}" for name, values in self._source.rows.items()
            )
            return (
                f"{path} has no row with {wanted} among its {self.seen:,}; name another with --country, or keep "
                "all with --country all"
            )
        reasons = "; ".join(
            f"{each.rows:,} row{'s' * (each.rows != 1)}: {reason}{each.such}" for reason, each in self._refused.items()
        )
        return f"{path} has no row that can be read ({reasons})"


def _rate(label: RateLabel) -> NumberInput:
    """Return the label's column as a number without bounds: what is no rate is told apart later."""
    return NumberInput(name=label.column, unit="rate", minimum=-ANY_NUMBER, maximum=ANY_NUMBER)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
