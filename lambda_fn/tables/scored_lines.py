"""Scores -> CSV bytes, assembled as one byte matrix a block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lambda_fn.csv_io.decimals import write_decimals
from lambda_fn.csv_io.text import ByteMatrix, as_matrix, cell, cells, table_of
from lambda_fn.scoring.arrays import Bools, Texts
from lambda_fn.scoring.imputation import Note, Notes
from lambda_fn.scoring.recipe import ID_FIELD
from lambda_fn.scoring.service import MONEY_DECIMALS, RISK_DECIMALS, RISK_LEVELS, Scorer, Scores

SCORED_COLUMNS: Final = (
    ID_FIELD,
    "abandonment_risk",
    "risk_level",
    "recommended_intervention",
    "estimated_margin_impact",
    "confidence",
    "model_version",
    "warnings",
)
SCORED_HEADER: Final = ",".join(SCORED_COLUMNS).encode() + b"\n"
BETWEEN_WARNINGS: Final = " | "
_REMEMBERED_WARNINGS: Final = 4096


class ScoredWriter:
    """Writes what one scorer says of shoppers as lines of the scored file."""

    def __init__(self, scorer: Scorer) -> None:
        self._levels = table_of(RISK_LEVELS)
        self._choices = table_of(scorer.choices)
        self._version = cell(scorer.version.encode())
        self._warnings: _WarningTexts | None = None

    def lines(self, ids: Texts, scores: Scores) -> bytes:
        """Return one line a shopper. ``ids`` are UTF-8."""
        pieces: list[ByteMatrix | bytes] = [
            as_matrix(cells(ids)),
            b",",
            *write_decimals(scores.risk, RISK_DECIMALS),
            b",",
            self._levels.take(scores.level, axis=0),
            b",",
            self._choices.take(scores.choice, axis=0),
            b",",
            *write_decimals(scores.margin, MONEY_DECIMALS),
            b",",
            *write_decimals(scores.confidence, RISK_DECIMALS),
            b",%b," % self._version,
            self._warning_texts(scores.notes),
            b"\n",
        ]
        return _assemble(pieces, len(ids))

    def _warning_texts(self, notes: Notes) -> ByteMatrix | bytes:
        if not notes.flags.any():
            return b""
        if self._warnings is None or self._warnings.kinds is not notes.kinds:
            self._warnings = _WarningTexts(notes.kinds)
        return as_matrix(self._warnings.of(notes.flags))


class _WarningTexts(dict[bytes, bytes]):
    """Combinations of notes (their flags, packed) -> one CSV field. Files repeat few of them; those are remembered."""

    def __init__(self, kinds: Sequence[Note]) -> None:
        self.kinds = kinds

    def of(self, flags: Bools) -> Texts:
        """Return each row's warnings."""
        if len(self) > _REMEMBERED_WARNINGS:
            self.clear()
        noted = np.flatnonzero(flags.any(axis=1))
        packed = np.packbits(np.ascontiguousarray(flags[noted]), axis=1)
        texts = [self[key] for key in packed.view(f"S{packed.shape[1]}")[:, 0].tolist()]
        written = np.zeros(len(flags), f"S{max(map(len, texts))}")
        written[noted] = texts
        return written

    def __missing__(self, key: bytes) -> bytes:
        self[key] = text = self._compose(key)
        return text

    def _compose(self, packed: bytes) -> bytes:
        whole = packed.ljust((len(self.kinds) + 7) // 8, b"\0")  # numpy takes trailing zeros for padding
        flags = np.unpackbits(np.frombuffer(whole, np.uint8), count=len(self.kinds))
        notes = [self.kinds[i] for i in np.flatnonzero(flags).tolist()]
        return cell(BETWEEN_WARNINGS.join(f"{note.field}: {note.detail}" for note in notes).encode())


def _assemble(pieces: Sequence[ByteMatrix | bytes], count: int) -> bytes:
    """Join the pieces of each line; the zeros that fill a piece up are dropped."""
    matrices = [_repeated(piece, count) if isinstance(piece, bytes) else piece for piece in pieces]
    return np.concatenate(matrices, axis=1).tobytes().translate(None, b"\0")


def _repeated(text: bytes, count: int) -> ByteMatrix:
    return np.broadcast_to(np.frombuffer(text, np.uint8), (count, len(text)))
