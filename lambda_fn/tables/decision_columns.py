"""What the scored file says of each decision: it is the log of a batch.

Ids and groups come always. All that was decided by comes where control group or exploration is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lambda_fn.csv_io.decimals import write_decimals
from lambda_fn.csv_io.text import ByteMatrix, cell, table_of
from lambda_fn.scoring.arrays import Indices, Texts
from lambda_fn.scoring.deciding import allowed_choices
from lambda_fn.scoring.offers.assignment import GROUPS, Assignment, propensities
from lambda_fn.scoring.offers.decision_log import PROPENSITY_DECIMALS, SIGNAL_DECIMALS, policy_version
from lambda_fn.scoring.service import Scorer, Scores
from lambda_fn.tables.decision_ids import DecisionIds

DECISION_COLUMNS: Final = ("decision_id", "policy_group")
LOG_COLUMNS: Final = (  # where control group or exploration is on
    "decided_at",
    "policy_version",
    "assignment_version",
    "order_value",
    "sensitivity",
    "value_tier",
    "recency_segment",
    "greedy_intervention",
    "allowed_interventions",  # separated by blanks, "none" first
    "propensities",  # of each of them
)

Pieces = list["ByteMatrix | bytes"]


class DecisionColumns:
    """Writes the columns of decisions. ``job`` and ``decided_at`` are the same on every rerun of a file."""

    def __init__(self, scorer: Scorer, job: str, decided_at: str, assignment: Assignment) -> None:
        policy, recipe = scorer.manifest.policy, scorer.manifest.recipe
        self._scorer, self._assignment = scorer, assignment
        self._has_groups = bool(assignment.control_share or assignment.explore_share)
        self._ids = DecisionIds(f"{job}\0{scorer.version}")
        self._groups = table_of(GROUPS)
        self._shared = f"{decided_at},{policy_version(policy)},{assignment.version},".encode()
        self._tiers = _labels(policy.tiers(recipe))
        self._segments = _labels(policy.segments(recipe))
        self._choices = table_of(scorer.choices)
        self.names = (*DECISION_COLUMNS, *(LOG_COLUMNS if self._has_groups else ()))

    def pieces(self, shoppers: Texts, scores: Scores, greedy: Indices, groups: Indices) -> Pieces:
        """Return the pieces of each line, a comma behind each column."""
        signals = scores.signals
        ids = self._ids.of(shoppers, signals.risk, signals.order_value)
        pieces: Pieces = [ids, b",", self._groups.take(groups, axis=0), b","]
        if not self._has_groups:
            return pieces
        return [
            *pieces,
            self._shared,
            *write_decimals(signals.order_value, SIGNAL_DECIMALS),
            b",",
            *write_decimals(signals.sensitivity, SIGNAL_DECIMALS),
            b",",
            self._tiers.take(signals.value_tier.astype(np.intp), axis=0),
            b",",
            self._segments.take(signals.recency_segment.astype(np.intp), axis=0),
            b",",
            self._choices.take(greedy, axis=0),
            b",",
            self._chances(scores, greedy),
            b",",
        ]

    def _chances(self, scores: Scores, greedy: Indices) -> ByteMatrix:
        """Return the allowed offers and their propensities; few pairs of allowed and greedy offers occur."""
        allowed = allowed_choices(scores)
        kinds, kind = np.unique(np.column_stack([greedy, allowed]), axis=0, return_inverse=True)
        chances = propensities(kinds[:, 1:].astype(bool), kinds[:, 0], self._assignment)
        names = self._scorer.choices
        texts = []
        for may, row in zip(kinds[:, 1:].tolist(), chances.tolist(), strict=True):
            open_ = [place for place, one in enumerate(may) if one]
            offers = " ".join(names[place] for place in open_)
            texts.append(f"{offers},{' '.join(str(round(row[place], PROPENSITY_DECIMALS)) for place in open_)}")
        return table_of(texts).take(kind, axis=0)


def _labels(labels: Sequence[str]) -> ByteMatrix:
    return table_of([cell(label.encode()).decode() for label in labels or ("",)])
