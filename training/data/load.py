"""CSV -> a compact table of the columns that training needs. Rows of other countries are dropped while reading."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from lambda_fn.contract import MAX_LINE_BYTES
from lambda_fn.csv_io.header import UnusableHeader, read_header
from lambda_fn.scoring.manifest import DataFingerprint
from lambda_fn.scoring.recipe import ID_FIELD, CategoryInput, DateInput, InputField, Recipe
from training.data.options import ALL_COUNTRIES, Progress
from training.errors import DataRefused

COUNTRY: Final = "country"
CHUNK_ROWS: Final = 100_000
_HASH_BLOCK_BYTES: Final = 1 << 20
_DAMAGED: Final = (EOFError, gzip.BadGzipFile, zlib.error)  # what reading gzip raises


@dataclass(frozen=True)
class Dataset:
    """Rows of one CSV.

    In both tables NaN is a missing value. Numbers and flags are numbers, dates are days since 1970-01-01, categories
    are pandas categoricals.

    ``table``: ``user_id`` (text), the recipe's inputs, and the label column where one was asked for.
    ``unreadable``: by column of ``table``, the cells that are neither empty nor of its type; they count as missing.
    ``fingerprint``: which file the rows come from.
    ``left_out``: the number of rows of other countries.
    ``extra``: the same rows' inputs of another recipe, where the file has them and ``table`` does not.
    """

    table: pd.DataFrame
    unreadable: dict[str, int]
    fingerprint: DataFingerprint
    left_out: int
    extra: pd.DataFrame | None = None

    def with_extra(self) -> pd.DataFrame:
        """Return the rows with the inputs of both recipes."""
        return self.table if self.extra is None else pd.concat([self.table, self.extra], axis=1)


@dataclass(frozen=True)
class _Kinds:
    """Which of the needed columns hold what."""

    text: tuple[str, ...]
    dates: tuple[str, ...]
    numbers: tuple[str, ...]

    @property
    def all(self) -> list[str]:
        return [ID_FIELD, *self.text, *self.dates, *self.numbers]

    def plus(self, fields: Iterable[InputField], header: Collection[str]) -> _Kinds:
        """Add the inputs that the header has and that are not among these."""
        more = [field for field in fields if field.name in header and field.name not in self.all]
        text, dates, numbers = _by_kind(more)
        return _Kinds((*self.text, *text), (*self.dates, *dates), (*self.numbers, *numbers))


def read(
    path: Path,
    recipe: Recipe,
    label_column: str | None = None,
    country: str = ALL_COUNTRIES,
    progress: Progress | None = None,
    also: Iterable[InputField] = (),
) -> Dataset:
    """Read a CSV (gzip where its name ends so); raise DataRefused saying what to fix.

    ``country``: keep its rows only, or ALL_COUNTRIES.
    ``progress``: called with the number of rows read so far.
    ``also``: inputs of another recipe, read in the same pass where the file has them.
    """
    if not path.is_file():
        raise DataRefused(f"there is no file {path}")
    own = _kinds(recipe, label_column, country)
    parts = []
    seen = 0
    try:
        kinds = own.plus(also, _read_header(path, own))
        unreadable = dict.fromkeys(kinds.all, 0)
        for chunk in _chunks(path, kinds):
            seen += len(chunk)
            wanted = chunk if country == ALL_COUNTRIES else chunk[chunk[COUNTRY] == country]
            parts.append(_compact(wanted, kinds, unreadable))
            if progress:
                progress(seen)
    except _DAMAGED as error:
        raise DataRefused(f"{path} is damaged ({error}); pack or copy it again") from error
    table = _join(parts, kinds)
    if table.empty:
        if country == ALL_COUNTRIES:
            raise DataRefused(f"{path} has no rows")
        raise DataRefused(
            f"{path} has no row with {COUNTRY} {country!r} among its {seen:,}; name another with --country, or keep "
            f"all with --country {ALL_COUNTRIES}"
        )
    more = [name for name in kinds.all if name not in own.all]
    return Dataset(
        table=table[own.all] if more else table,
        unreadable={name: unreadable[name] for name in own.all if unreadable[name]},
        fingerprint=DataFingerprint(source=path.name, sha256=_sha256(path), rows=len(table), country=country),
        left_out=seen - len(table),
        extra=table[more] if more else None,
    )


def _kinds(recipe: Recipe, label_column: str | None, country: str) -> _Kinds:
    text, dates, numbers = _by_kind(recipe.inputs)
    if country != ALL_COUNTRIES and COUNTRY not in text:
        text = (*text, COUNTRY)
    return _Kinds(text, dates, (*numbers, *([label_column] if label_column else [])))


def _by_kind(fields: Iterable[InputField]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the names of the inputs that hold texts, dates, and numbers or flags."""
    fields = tuple(fields)
    text = tuple(field.name for field in fields if isinstance(field, CategoryInput))
    dates = tuple(field.name for field in fields if isinstance(field, DateInput))
    numbers = tuple(field.name for field in fields if not isinstance(field, CategoryInput | DateInput))
    return text, dates, numbers


def _read_header(path: Path, needed: _Kinds) -> tuple[str, ...]:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            line = file.readline(MAX_LINE_BYTES)
        return read_header(line, needed.all)
    except UnusableHeader as error:
        raise DataRefused(f"{path}: {error}") from error


def _chunks(path: Path, kinds: _Kinds) -> Iterator[pd.DataFrame]:
    as_text = dict.fromkeys([ID_FIELD, *kinds.dates], "str") | dict.fromkeys(kinds.text, "category")
    try:
        with pd.read_csv(
            path,
            usecols=kinds.all,
            dtype=as_text,
            chunksize=CHUNK_ROWS,
            keep_default_na=False,  # a category may well be called "None"
            na_values=[""],
            encoding="utf-8-sig",
            low_memory=False,
        ) as reader:
            yield from reader
    except ValueError as error:  # pandas' parser errors, text that is not UTF-8, names of columns with spaces around
        raise DataRefused(f"{path} cannot be read as CSV: {error}") from error


def _compact(chunk: pd.DataFrame, kinds: _Kinds, unreadable: dict[str, int]) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {name: chunk[name] for name in (ID_FIELD, *kinds.text)}
    for name in kinds.dates:
        parsed = pd.to_datetime(chunk[name], format="%Y-%m-%d", errors="coerce")
        unreadable[name] += int((parsed.isna() & chunk[name].notna()).sum())
        columns[name] = (parsed - pd.Timestamp(0)) / pd.Timedelta(days=1)
    for name in kinds.numbers:
        parsed = pd.to_numeric(chunk[name], errors="coerce").replace([np.inf, -np.inf], np.nan)
        unreadable[name] += int((parsed.isna() & chunk[name].notna()).sum())
        columns[name] = pd.to_numeric(parsed, downcast="integer")
    return pd.DataFrame(columns)


def _join(parts: list[pd.DataFrame], kinds: _Kinds) -> pd.DataFrame:
    """Concatenate; a category that only some parts know must not turn its column into text."""
    if not parts:
        return pd.DataFrame()
    for name in kinds.text:
        known = pd.Index(sorted({str(value) for part in parts for value in part[name].cat.categories}), dtype=object)
        for part in parts:
            part[name] = part[name].cat.set_categories(known)
    return pd.concat(parts, ignore_index=True)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
