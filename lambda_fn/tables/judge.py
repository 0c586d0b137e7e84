"""Rows -> columns or reasons, one by one, in plain Python: what the vectorised reader must agree with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lambda_fn.csv_io.exact import Row
from lambda_fn.csv_io.spelling import Parser, Spelling
from lambda_fn.scoring.artefact.dialect import Dialect
from lambda_fn.scoring.artefact.expectations import MAX_ID_CHARACTERS
from lambda_fn.scoring.columns import MISSING, UNKNOWN, Columns, Layout
from lambda_fn.tables.reasons import bad_id, wrong_value
from lambda_fn.tables.spellings import parser_of


class Rejected(NamedTuple):
    """A row that cannot be scored: its first line (from 0, in the text read so far), why, and the row itself."""

    line: int
    reason: str
    text: bytes


@dataclass(frozen=True)
class Judged:
    """Good rows and rejected ones. ``lines``: the good rows' first lines; ``texts``: by name of the text column."""

    lines: list[int]
    ids: list[bytes]
    columns: Columns
    texts: Mapping[str, list[bytes]]
    rejected: list[Rejected]


class Judge:
    """Reads the cells of rows by one recipe and one dialect.

    ``position``: where each column stands.
    ``id_column``: None where rows have no id.
    ``texts``: further columns, wanted as texts.
    """

    def __init__(
        self,
        position: Mapping[str, int],
        layout: Layout,
        dialect: Dialect,
        spelling: Spelling,
        id_column: str | None,
        texts: Sequence[str],
    ) -> None:
        self._layout, self._dialect, self._missing = layout, dialect, spelling.missing
        self._id_column = id_column
        self._id = None if id_column is None else position[id_column]
        self._numeric: list[tuple[int, Parser]] = [
            (position[field.name], parser_of(field, dialect, spelling)) for field in layout.numeric
        ]
        self._categorical = [
            (position[field.name], {text.encode(): code for code, text in enumerate(field.categories)})
            for field in layout.categorical
        ]
        self._texts = {name: position[name] for name in texts}

    def judge(self, rows: Sequence[Row]) -> Judged:
        """Return the good rows and, with all reasons, the rejected ones."""
        whole = [row for row in rows if row.fault is None]
        values = [[parse(row.fields[place]) for place, parse in self._numeric] for row in whole]
        codes = [[self._code(row.fields[place], known) for place, known in self._categorical] for row in whole]
        columns = Columns(
            np.array(values, np.float64).reshape(len(whole), len(self._numeric)),
            np.array(codes, np.int32).reshape(len(whole), len(self._categorical)),
        )
        outside = self._layout.outside(columns)
        rejected = [Rejected(row.line, row.fault, row.text) for row in rows if row.fault is not None]
        good: list[int] = []
        for i, row in enumerate(whole):
            if reasons := self._reasons(row, values[i], outside[i].tolist()):
                rejected.append(Rejected(row.line, "; ".join(reasons), row.text))
            else:
                good.append(i)
        return Judged(
            lines=[whole[i].line for i in good],
            ids=[] if self._id is None else [whole[i].fields[self._id] for i in good],
            columns=columns.take(np.array(good, np.intp)),
            texts={name: [self._text(whole[i].fields[place]) for i in good] for name, place in self._texts.items()},
            rejected=rejected,
        )

    def _code(self, text: bytes, known: Mapping[bytes, int]) -> int:
        return MISSING if text in self._missing else known.get(text, UNKNOWN)

    def _text(self, text: bytes) -> bytes:
        return b"" if text in self._missing else text

    def _reasons(self, row: Row, values: Sequence[float | None], outside: Sequence[bool]) -> list[str]:
        reasons = []
        if self._id is not None and not 0 < len(row.fields[self._id].decode()) <= MAX_ID_CHARACTERS:
            reasons.append(bad_id(row.fields[self._id], self._id_column or ""))
        return reasons + [
            wrong_value(field, row.fields[place], self._dialect)
            for field, (place, _), value, out in zip(self._layout.numeric, self._numeric, values, outside, strict=True)
            if value is None or out
        ]
