"""Which model answers whom: the champion, or the challenger for its share of the shoppers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from lambda_fn.api import answers, notices
from lambda_fn.api.decided import Decided, decide
from lambda_fn.api.parsing.records import Record, raw_records
from lambda_fn.api.served_model import ServedModel
from lambda_fn.scoring.offers.assignment import Assigner, Assignment

CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"

RawRecords = Callable[[Sequence[int]], Sequence[bytes]]  # rows of a request -> their JSON


class ModelScores(NamedTuple):
    """What one model said in answer to a request.

    role: CHAMPION or CHALLENGER.
    recoverable: margin that abandonment is expected to cost, of all its shoppers, in currency.
    """

    role: str
    version: str
    decided: Decided
    recoverable: float


class Answered(NamedTuple):
    """The answer to a request.

    predictions: one response body per record, in the order of the records.
    models: what each model said that scored at least one record.
    refused_by_challenger: number of records that fell back to the champion.
    """

    predictions: list[dict[str, Any]]
    models: tuple[ModelScores, ...]
    refused_by_challenger: int


@dataclass(frozen=True)
class Serving:
    """A consistent view of the models in service."""

    champion: ServedModel
    challenger: ServedModel | None = None
    challenger_share: float = 0.0
    assigner: Assigner | None = None

    @property
    def assignment(self) -> Assignment:
        """The shares of control group and exploration; 0 where the routing has no key yet."""
        return self.assigner.assignment if self.assigner else Assignment()

    def role_for(self, user_id: str | int) -> str:
        """Return the role of the model that scores a shopper: the same one as long as the experiment runs."""
        return CHALLENGER if self._challenged([user_id]) else CHAMPION

    def _challenged(self, users: Sequence[str | int]) -> list[int]:
        """Return the rows whose shoppers the challenger scores."""
        if self.challenger is None:
            return []
        experiment = self.challenger.scorer.version
        if self.assigner is None:  # a routing of an earlier release: its experiment keeps the shoppers it has
            return [row for row, user in enumerate(users) if share_of(user, experiment) < self.challenger_share]
        drawn = self.assigner.challenged([str(user).encode() for user in users], experiment)
        return [row for row, challenged in enumerate(drawn.tolist()) if challenged]

    def score_one(self, body: bytes, at: dt.datetime, reasons: int = 0) -> Answered:
        """Score a record; raise InvalidRecords where the champion refuses it. Recency counts to the date of ``at``.

        reasons: how many inputs that moved the risk to name.
        """
        return self._score([self.champion.reader.read_one(body)], lambda _rows: [body], at, reasons)

    def score_many(self, body: bytes, at: dt.datetime, reasons: int = 0) -> Answered:
        """Score ``{"records": [...]}``; raise InvalidRecords where the champion refuses any of them."""
        return self._score(self.champion.reader.read_many(body), lambda rows: raw_records(body, rows), at, reasons)

    def _score(self, records: Sequence[Record], raw: RawRecords, at: dt.datetime, reasons: int) -> Answered:
        rows = self._challenged([record[self.champion.reader.id_name] for record in records])
        challenged = self._read_by_challenger(records, rows, raw) if rows else {}
        if self.challenger is None or not challenged:
            predictions, said = self._ask(CHAMPION, self.champion, records, at, reasons)
            return Answered(predictions, (said,), len(rows))
        rest = {row: record for row, record in enumerate(records) if row not in challenged}
        merged: list[dict[str, Any]] = [{}] * len(records)
        models: list[ModelScores] = []
        for role, model, parsed in ((CHAMPION, self.champion, rest), (CHALLENGER, self.challenger, challenged)):
            if parsed:
                predictions, said = self._ask(role, model, list(parsed.values()), at, reasons)
                models.append(said)
                for row, prediction in zip(parsed, predictions, strict=True):
                    merged[row] = prediction
        return Answered(merged, tuple(models), len(rows) - len(challenged))

    def _read_by_challenger(
        self, records: Sequence[Record], rows: Sequence[int], raw: RawRecords
    ) -> Mapping[int, Record]:
        """Return the challenger's records, by row. What it refuses is left out: the champion takes everything here."""
        if self.challenger is None:
            return {}
        if self.challenger.reader.takes_all_of(self.champion.reader):
            return {row: records[row] for row in rows}
        return self.challenger.reader.read_some(dict(zip(rows, raw(rows), strict=True)))

    def _ask(
        self, role: str, model: ServedModel, records: Sequence[Record], at: dt.datetime, reasons: int
    ) -> tuple[list[dict[str, Any]], ModelScores]:
        """Return one model's predictions for its records, and the decisions behind them."""
        columns = model.reader.columns(records)
        scores = model.scorer.score(columns, at.date())
        users = [record[model.reader.id_name] for record in records]
        decided = decide(model, users, scores, at, self.assigner)
        predictions = answers.predictions(users, decided)
        notices.add_unknown_fields(predictions, model.reader, records)
        if reasons:
            notices.add_reasons(predictions, model.scorer, columns, at.date(), reasons)
        recoverable = float(model.scorer.decider.recoverable(scores.signals).sum())
        return predictions, ModelScores(role, model.scorer.version, decided, recoverable)


def share_of(user_id: str | int, experiment: str) -> float:
    """Return a shopper's stable position in [0, 1) for one experiment of a routing without a key.

    >>> share_of("shopper-7", "v20260702T120000-00000002") == share_of("shopper-7", "v20260702T120000-00000002")
    True
    >>> share_of(7, "v20260702T120000-00000002") == share_of("7", "v20260702T120000-00000002")
    True
    """
    digest = blake2b(f"{experiment}:{user_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
