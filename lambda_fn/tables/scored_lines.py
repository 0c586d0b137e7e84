"""Scores -> CSV bytes, assembled as one byte matrix a block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from lambda_fn.csv_io.decimals import write_decimals
from lambda_fn.csv_io.text import ByteMatrix, as_matrix, cell, cells, table_of
from lambda_fn.scoring.arrays import Floats, Indices, Texts
from lambda_fn.scoring.service import MONEY_DECIMALS, RISK_DECIMALS, RISK_LEVELS, Scorer, Scores
from lambda_fn.tables.decision_columns import DecisionColumns
from lambda_fn.tables.warning_texts import WarningTexts

SCORED_COLUMNS: Final = (  # behind the id
    "abandonment_risk",
    "risk_level",
    "recommended_intervention",
    "estimated_margin_impact",
    "confidence",
    "model_version",
)
LAST_COLUMN: Final = "warnings"  # behind those of the decision
REASONS_COLUMN: Final = "reasons"  # behind all others, where it is asked for
_END: Final = b"\xff"  # of a line before its warnings, or before its reasons; UTF-8 never holds this byte


class ScoredWriter:
    """Writes what one scorer says of shoppers as lines of the scored file.

    with_reasons: whether a line ends with its reasons.
    """

    def __init__(self, scorer: Scorer, decisions: DecisionColumns, *, with_reasons: bool = False) -> None:
        self._decisions = decisions
        self._levels = table_of(RISK_LEVELS)
        self._choices = table_of(scorer.choices)
        self._version = cell(scorer.version.encode())
        last = (LAST_COLUMN, REASONS_COLUMN) if with_reasons else (LAST_COLUMN,)
        columns = (*SCORED_COLUMNS, *decisions.names, *last)
        self.header = b",".join((cell(scorer.manifest.id_name.encode()), ",".join(columns).encode())) + b"\n"
        self._line_end = b"," + _END if with_reasons else b"\n"
        self._warnings: WarningTexts | None = None

    def lines(
        self, ids: Texts, scores: Scores, greedy: Indices, groups: Indices, reasons: Sequence[bytes] = ()
    ) -> bytes:
        """Return one line a shopper. ``ids`` are UTF-8.

        greedy: the choices of the policy alone, shape (n,).
        groups: indices into GROUPS, shape (n,).
        reasons: the last field of each, with_reasons.
        """
        lines = self._lines(ids, scores, greedy, groups)
        return _followed(lines.split(_END), reasons) if reasons else lines

    def _lines(self, ids: Texts, scores: Scores, greedy: Indices, groups: Indices) -> bytes:
        pieces: list[ByteMatrix | bytes] = [
            as_matrix(cells(ids)),
            b",",
            *write_decimals(scores.risk, RISK_DECIMALS),
            b",",
            self._levels.take(scores.level, axis=0),
            b",",
            self._choices.take(scores.choice, axis=0),
            b",",
            *_write_money(scores.margin),
            b",",
            *write_decimals(scores.confidence, RISK_DECIMALS),
            b",%b," % self._version,
            *self._decisions.pieces(ids, scores, greedy, groups),
        ]
        if scores.notes.none:
            return _assemble([*pieces, self._line_end], len(ids))
        if self._warnings is None or self._warnings.kinds is not scores.notes.kinds:
            self._warnings = WarningTexts(scores.notes.kinds, self._line_end)
        return self._warnings.append_to(_assemble([*pieces, _END], len(ids)).split(_END), scores.notes.flags)


def _write_money(amounts: Floats) -> list[ByteMatrix]:
    """Return the pieces of amounts, of which chance may have made some negative."""
    negative = np.rint(amounts * 10**MONEY_DECIMALS) < 0
    pieces = write_decimals(np.abs(amounts), MONEY_DECIMALS)
    return [(negative * np.uint8(ord("-")))[:, None], *pieces] if negative.any() else pieces


def _followed(lines: Iterable[bytes], reasons: Sequence[bytes]) -> bytes:
    """Return the lines, each with its reasons behind it. ``lines`` may be followed by one more, which is empty."""
    return b"".join(b"%b%b\n" % pair for pair in zip(lines, reasons, strict=False))


def _assemble(pieces: Sequence[ByteMatrix | bytes], count: int) -> bytes:
    """Join the pieces of each line; the zeros that fill a piece up are dropped."""
    matrices = [_repeated(piece, count) if isinstance(piece, bytes) else piece for piece in pieces]
    return np.concatenate(matrices, axis=1).tobytes().translate(None, b"\0")


def _repeated(text: bytes, count: int) -> ByteMatrix:
    return np.broadcast_to(np.frombuffer(text, np.uint8), (count, len(text)))
