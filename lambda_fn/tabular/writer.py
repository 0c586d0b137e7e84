"""Scores -> CSV bytes, assembled as one byte matrix a block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lambda_fn.scoring.columns import Note, Notes
from lambda_fn.scoring.recipe import ID_FIELD
from lambda_fn.scoring.service import MONEY_DECIMALS, RISK_DECIMALS, RISK_LEVELS, Scorer, Scores
from lambda_fn.tabular.decimals import write_decimals
from lambda_fn.tabular.text import as_matrix, cell, cells

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

Texts = NDArray[np.bytes_]


class ScoredWriter:
    """Writes what one scorer says of shoppers as lines of the scored file."""

    def __init__(self, scorer: Scorer) -> None:
        self._levels = np.array([level.encode() for level in RISK_LEVELS])
        self._choices = np.array([choice.encode() for choice in scorer.choices])
        self._version = cell(scorer.version.encode())
        self._warnings: _WarningTexts | None = None

    def lines(self, ids: Texts, scores: Scores) -> bytes:
        """Return one line a shopper. ``ids`` are UTF-8."""
        pieces: list[Texts | bytes] = [
            cells(ids),
            b",",
            *write_decimals(scores.risk, RISK_DECIMALS),
            b",",
            self._levels[scores.level],
            b",",
            self._choices[scores.choice],
            b",",
            *write_decimals(scores.margin, MONEY_DECIMALS),
            b",",
            *write_decimals(scores.confidence, RISK_DECIMALS),
            b",%b," % self._version,
            self._warning_texts(scores.notes),
            b"\n",
        ]
        return _assemble(pieces, len(ids))

    def _warning_texts(self, notes: Notes) -> Texts | bytes:
        if not notes.flags.any():
            return b""
        if self._warnings is None or self._warnings.kinds is not notes.kinds:
            self._warnings = _WarningTexts(notes.kinds)
        return self._warnings.of(notes.flags)


class _WarningTexts(dict[bytes, bytes]):
    """Combinations of notes (their flags, packed) -> one CSV field. Files repeat few of them; those are remembered."""

    def __init__(self, kinds: Sequence[Note]) -> None:
        self.kinds = kinds

    def of(self, flags: NDArray[np.bool_]) -> Texts:
        """Return each row's warnings."""
        if len(self) > _REMEMBERED_WARNINGS:
            self.clear()
        packed = np.ascontiguousarray(np.packbits(flags, axis=1))
        keys = packed.view(f"S{packed.shape[1]}")[:, 0].tolist()
        return np.array([self[key] for key in keys])

    def __missing__(self, key: bytes) -> bytes:
        self[key] = text = self._compose(key)
        return text

    def _compose(self, packed: bytes) -> bytes:
        whole = packed.ljust((len(self.kinds) + 7) // 8, b"\0")  # numpy takes trailing zeros for padding
        flags = np.unpackbits(np.frombuffer(whole, np.uint8), count=len(self.kinds))
        notes = [self.kinds[i] for i in np.flatnonzero(flags).tolist()]
        return cell(BETWEEN_WARNINGS.join(f"{note.field}: {note.detail}" for note in notes).encode())


def _assemble(pieces: Sequence[Texts | bytes], count: int) -> bytes:
    """Join the pieces of each line; what fills a piece up to its column's width is dropped."""
    matrix = np.concatenate([_columns(piece, count) for piece in pieces], axis=1)
    return bytes(matrix[matrix != 0])


def _columns(piece: Texts | bytes, count: int) -> NDArray[np.uint8]:
    if isinstance(piece, bytes):
        return np.broadcast_to(np.frombuffer(piece, np.uint8), (count, len(piece)))
    return as_matrix(piece)
