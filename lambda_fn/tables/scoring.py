"""Blocks of CSV lines -> scored lines, rejected rows and what the report needs to know. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Final

import numpy as np

from lambda_fn.csv_io.blocks import TooLong
from lambda_fn.scoring.arrays import Floats, Indices, Texts
from lambda_fn.scoring.artefact.dialect import DEFAULT_DIALECT, Dialect
from lambda_fn.scoring.columns import Columns
from lambda_fn.scoring.deciding import assign
from lambda_fn.scoring.drift import InputCounts, add_counts, count_inputs
from lambda_fn.scoring.imputation import Notes
from lambda_fn.scoring.model import FEWEST_ROWS
from lambda_fn.scoring.offers.assignment import EXPLOIT, Assigner, Assignment
from lambda_fn.scoring.offers.decider import Decisions, Signals
from lambda_fn.scoring.offers.spending import (
    CutOff,
    Spending,
    add_spending,
    count_spending,
    decide_within,
    expected_spend,
    ranks_of,
)
from lambda_fn.scoring.service import MONEY_DECIMALS, RISK_LEVELS, Scorer, Scores
from lambda_fn.tables.absent_columns import AbsentColumns
from lambda_fn.tables.decision_columns import DecisionColumns
from lambda_fn.tables.judge import Rejected
from lambda_fn.tables.reader import Table, TableReader
from lambda_fn.tables.reason_cells import reason_cells
from lambda_fn.tables.scored_lines import ScoredWriter

ROWS_AT_ONCE: Final = 4096  # few enough for the processor's cache, many enough that calls do not count
REJECTED_BYTES_AT_ONCE: Final = 8 * 1024 * 1024  # rejected rows keep their text, and a line may have a megabyte
PARTS_ADDED_AT_ONCE: Final = 64
ROWS_COUNTED_AT_ONCE: Final = 16_384  # drift takes hundreds of small passes over each group of rows


@dataclass
class Tally:
    """Counts of what was read and scored; ``ChunkReport`` says what each field means."""

    levels: list[int]
    choices: list[int]
    lines: int = 0
    joined: int = 0
    scored: int = 0
    rejected: int = 0
    nothing_known: int = 0
    margin_minor: int = 0
    recoverable_minor: int = 0
    spend: float = 0.0
    inputs: dict[str, InputCounts] = field(default_factory=dict)


@dataclass(frozen=True)
class DecidedAs:
    """Which decisions a file's are: the same on every rerun.

    job: names the version of the file.
    moment: ISO 8601, when it was dropped.
    assigner: draws control group and explorers; None where there are none.
    """

    job: str
    moment: str
    assigner: Assigner | None = None


UNNAMED: Final = DecidedAs("", "")


@dataclass(frozen=True)
class Output:
    """Lines of the scored file, and rejected rows, in the order of the input."""

    scored: bytes
    rejected: Sequence[Rejected]


class ChunkScoring:
    """Scores the lines of one chunk.

    With a budget for the whole file, every chunk is read twice: first by ``count_spending``, then by ``run``, with the
    ``cut_off`` that follows from all chunks.

    lines_before: lines of the file before the chunk. It counts where rows have no id but their position.
    decided: which decisions these are, and who makes them.
    reasons: how many inputs that moved its risk most each line names; 0 for no such column.
    """

    def __init__(
        self,
        scorer: Scorer,
        header: Sequence[str],
        as_of: dt.date,
        cut_off: CutOff | None = None,
        dialect: Dialect = DEFAULT_DIALECT,
        lines_before: int = 1,
        decided: DecidedAs = UNNAMED,
        *,
        reasons: int = 0,
    ) -> None:
        self._scorer = scorer
        self._as_of = as_of
        self._cut_off = cut_off
        self._absent = AbsentColumns(scorer.layout, header, scorer.manifest.recipe.last_offer)
        self._reader = TableReader(
            header, self._absent.present, dialect, id_column=scorer.manifest.id_column, first_line=lines_before + 1
        )
        self._assigner, self._reasons = decided.assigner, reasons
        assignment = decided.assigner.assignment if decided.assigner else Assignment()
        columns = DecisionColumns(scorer, decided.job, decided.moment, assignment)
        self._writer = ScoredWriter(scorer, columns, with_reasons=reasons > 0)
        self._uncounted: list[Columns] = []
        self.tally = Tally(levels=[0] * len(RISK_LEVELS), choices=[0] * len(scorer.choices))

    @property
    def header(self) -> bytes:
        """Return the first line of the scored file."""
        return self._writer.header

    def run(self, blocks: Iterable[bytes | TooLong]) -> Iterator[Output]:
        """Yield the output, a few thousand rows at a time."""
        for tables in self._groups(blocks):
            yield self._score(tables)
        self._count_inputs()

    def count_spending(self, blocks: Iterable[bytes | TooLong]) -> Spending:
        """Return what the offers to the chunk's shoppers cost, by what they return."""
        parts: list[Spending] = []
        for tables in self._groups(blocks):
            filled = [table for table in tables if len(table)]
            if filled:
                scores = self._scores(self._columns(filled))
                parts.append(
                    count_spending(self._scorer.decider, scores.signals, _decisions(scores), ranks_of(_ids(filled)))
                )
            if len(parts) >= PARTS_ADDED_AT_ONCE:
                parts = [add_spending(parts)]
        return add_spending(parts)

    def _groups(self, blocks: Iterable[bytes | TooLong]) -> Iterator[list[Table]]:
        waiting: list[Table] = []
        for table in self._tables(blocks):
            waiting.append(table)
            scored, rejected = sum(map(len, waiting)), [row for t in waiting for row in t.rejected]
            if (
                max(scored, len(rejected)) >= ROWS_AT_ONCE
                or sum(len(row.text) for row in rejected) >= REJECTED_BYTES_AT_ONCE
            ):
                yield waiting
                waiting = []
        yield waiting

    def _tables(self, blocks: Iterable[bytes | TooLong]) -> Iterator[Table]:
        for block in blocks:
            if isinstance(block, TooLong):
                yield self._reader.read_too_long(block.beginning)
            else:
                yield self._reader.read(block)
        yield self._reader.read(b"", final=True)

    def _score(self, tables: list[Table]) -> Output:
        rejected = [row for table in tables for row in table.rejected]
        self.tally.lines += sum(table.lines for table in tables)
        self.tally.joined += sum(table.joined for table in tables)
        self.tally.rejected += len(rejected)
        filled = [table for table in tables if len(table)]
        if not filled:
            return Output(b"", rejected)
        ids, columns = _ids(filled), self._columns(filled)
        best = self._limited(ids, self._scores(columns))
        scores, groups = self._assigned(ids, best)
        if self._cut_off is not None:
            self.tally.spend += expected_spend(self._scorer.decider, scores.signals, _decisions(scores))
        self._count(columns, scores)
        lines = self._writer.lines(ids, scores, best.choice, groups, self._reason_cells(columns))
        return Output(lines, rejected)

    def _columns(self, tables: Sequence[Table]) -> Columns:
        return self._absent.filled(_joined([table.columns for table in tables]))

    def _scores(self, columns: Columns) -> Scores:
        count = len(columns)
        if count >= FEWEST_ROWS:
            return self._scorer.score(columns, self._as_of)
        return _first(self._scorer.score(columns.take(np.arange(FEWEST_ROWS) % count), self._as_of), count)

    def _reason_cells(self, columns: Columns) -> Sequence[bytes]:
        """Return the last field of each line; none where no reasons are asked for."""
        if not self._reasons:
            return ()
        return reason_cells(self._scorer.reasons(columns, self._as_of, self._reasons) or [[]] * len(columns))

    def _limited(self, ids: Texts, scores: Scores) -> Scores:
        """Withdraw the offers that the budget does not pay for."""
        if self._cut_off is None:
            return scores
        decider, step = self._scorer.decider, self._cut_off.lowest_step
        decisions = _decisions(scores) if step is None else decide_within(decider, scores.signals, ranks_of(ids), step)
        return replace(scores, choice=decisions.choice, margin=decisions.margin)

    def _assigned(self, ids: Texts, scores: Scores) -> tuple[Scores, Indices]:
        """Return what each shopper gets, and the groups."""
        if self._assigner is None:
            return scores, np.full(len(ids), EXPLOIT, np.intp)
        return assign(self._scorer.decider, scores, ids.tolist(), self._assigner)

    def _count(self, columns: Columns, scores: Scores) -> None:
        tally = self.tally
        tally.scored += len(columns)
        tally.levels = _added(tally.levels, scores.level)
        tally.choices = _added(tally.choices, scores.choice)
        tally.nothing_known += int(np.count_nonzero(columns.nothing_known()))
        tally.margin_minor += _in_minor(scores.margin)
        tally.recoverable_minor += _in_minor(self._scorer.decider.recoverable(scores.signals))
        self._uncounted.append(columns)
        if sum(map(len, self._uncounted)) >= ROWS_COUNTED_AT_ONCE:
            self._count_inputs()

    def _count_inputs(self) -> None:
        if self._uncounted:
            columns = _joined(self._uncounted)
            self._uncounted = []
            counted = count_inputs(columns, self._scorer.layout, self._scorer.manifest.histograms, self._as_of)
            self.tally.inputs = add_counts([self.tally.inputs, counted])


def _ids(tables: Sequence[Table]) -> Texts:
    return np.concatenate([table.ids for table in tables])


def _joined(parts: Sequence[Columns]) -> Columns:
    if len(parts) == 1:
        return parts[0]
    return Columns(
        np.concatenate([part.numbers for part in parts]),
        np.concatenate([part.codes for part in parts]),
    )


def _decisions(scores: Scores) -> Decisions:
    return Decisions(scores.choice, scores.margin)


def _first(scores: Scores, count: int) -> Scores:
    signals = {field.name: getattr(scores.signals, field.name)[:count] for field in fields(Signals)}
    flags = scores.notes.flags[:count]
    return Scores(
        risk=scores.risk[:count],
        level=scores.level[:count],
        choice=scores.choice[:count],
        margin=scores.margin[:count],
        confidence=scores.confidence[:count],
        notes=Notes(scores.notes.kinds, flags, none=not flags.any()),
        signals=Signals(**signals),
        eligible=scores.eligible[:count],
    )


def _in_minor(amounts: Floats) -> int:
    """Return the sum of amounts, each rounded to hundredths: it is the same however a file is cut into chunks."""
    return int(np.rint(amounts * 10**MONEY_DECIMALS).sum())


def _added(counts: list[int], values: Indices) -> list[int]:
    return [a + b for a, b in zip(counts, np.bincount(values, minlength=len(counts)).tolist(), strict=True)]
