"""The call that every entry point makes: columns in, scores out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Final, NamedTuple

import numpy as np

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.artefact.manifest import Manifest
from lambda_fn.scoring.artefact.policy import Policy
from lambda_fn.scoring.columns import Columns, Layout, days_since_epoch
from lambda_fn.scoring.errors import ArtefactRejected
from lambda_fn.scoring.features import FeaturePlan, Work
from lambda_fn.scoring.imputation import Imputer, Notes
from lambda_fn.scoring.model import FEWEST_ROWS, Model
from lambda_fn.scoring.offers.decider import Decider, Signals
from lambda_fn.scoring.reasons import Explainer, Reason

RISK_LEVELS: Final = ("LOW", "MEDIUM", "HIGH")
RISK_DECIMALS: Final = 6  # of risk and confidence, wherever they are answered
MONEY_DECIMALS: Final = 2
RISK_EDGES: Final = np.array([0.4, 0.7])  # MEDIUM from the first, HIGH from the second


@dataclass(frozen=True)
class Scores:
    """What the service says of n shoppers, each array of shape (n,).

    risk: calibrated probability of abandonment.
    level: index into RISK_LEVELS.
    choice: index into the policy's choices.
    margin: expected incremental contribution margin of the choice, in the policy's currency.
    confidence: calibrated probability of the predicted side of the decision threshold.
    notes: what was imputed or clipped before scoring.
    signals: what the choice depended on.
    eligible: who may get which offer, shape (n, offers).
    """

    risk: Floats
    level: Indices
    choice: Indices
    margin: Floats
    confidence: Floats
    notes: Notes
    signals: Signals
    eligible: Bools


class Scorer:
    """A model artefact, ready to score.

    Building one scores the recipe's defaults. Raises ArtefactRejected where that gives NaN or infinity, so a broken
    model never serves.
    """

    def __init__(self, manifest: Manifest, onnx: bytes) -> None:
        self.manifest = manifest
        self.version = manifest.model_version
        self.layout = Layout(manifest.recipe)
        order_value = manifest.policy.order_value
        self.imputer = Imputer(self.layout, manifest.missing, order_value if isinstance(order_value, str) else None)
        self.plan = FeaturePlan(manifest.recipe, self.layout)
        self.decider = Decider(manifest.policy, manifest.recipe)
        self.choices = self.decider.choices
        self._model = Model(manifest, onnx)
        self._threshold = manifest.decision_threshold
        policy = manifest.policy
        self._order_value = self._order_value_of(policy)
        named = (policy.sensitivity, policy.value_tier, policy.recency_segment)
        self._information = _information(self.layout, manifest.importance)
        self._least_known = policy.least_known.value
        self._signal_slots = [None if name is None else self.plan.slots[name] for name in named]
        probe = self.score(self.imputer.defaults(), manifest.as_of)
        if not np.isfinite(probe.risk).all():
            raise ArtefactRejected(f"model {self.version} answers the recipe's defaults with NaN or infinity")

    def score(self, columns: Columns, as_of: dt.date) -> Scores:
        """Score records that ``Layout.outside`` finds no fault with. ``as_of`` is the day that recency counts to.

        >>> from tests import factories
        >>> manifest, files = factories.artefact()
        >>> scorer = Scorer(manifest, files["model.onnx"])
        >>> scores = scorer.score(scorer.imputer.defaults(), factories.AS_OF)
        >>> RISK_LEVELS[scores.level[0]], scorer.choices[scores.choice[0]], scores.risk.round(3)
        ('MEDIUM', 'reminder', array([0.5]))
        """
        given = columns
        columns, notes = self.imputer.complete(columns)
        risk, read = self._ask_model(columns, given, as_of)
        value, sensitivity, tier, segment = self._without_nan(read, as_of)
        rest = _days_since(given.last_offer, as_of)
        signals = Signals(risk, value, sensitivity, tier, segment, self._known_enough(given, notes), rest)
        eligible = self.decider.eligible(signals)
        decisions = self.decider.decide(signals, eligible)
        return Scores(
            risk=risk,
            level=RISK_EDGES.searchsorted(risk, side="right"),
            choice=decisions.choice,
            margin=decisions.margin,
            confidence=np.where(risk >= self._threshold, risk, 1 - risk),
            notes=notes,
            signals=signals,
            eligible=eligible,
        )

    def _ask_model(self, columns: Columns, given: Columns, as_of: dt.date) -> tuple[Floats, list[Floats]]:
        """Return each record's risk, and what ``_read_signals`` yields. All of which nothing is known are alike."""
        chosen = _to_be_scored(given)
        if chosen is not None:
            columns, given = columns.take(chosen.rows), given.take(chosen.rows)
        work = self.plan.values(columns, as_of)
        risk = self._model.probabilities(self.plan.matrix(columns, work))
        read = list(self._read_signals(given, work))
        if chosen is None:
            return risk, read
        return risk[chosen.answers], [signal[chosen.answers] for signal in read]

    def reasons(self, columns: Columns, as_of: dt.date, most: int) -> list[list[Reason]] | None:
        """Return the inputs that moved each record's risk most, at most ``most``; None where the model imputes.

        Then a missing input means nothing to the model, and there is nothing to hold a known one against.
        A record has the same reasons alone and among others.
        """
        if self.manifest.missing == "imputed":
            return None

        def risk(rows: Columns) -> Floats:
            count = len(rows)
            if count < FEWEST_ROWS:
                rows = rows.take(np.arange(FEWEST_ROWS) % count)
            return self._model.probabilities(self.plan.matrix(rows, self.plan.values(rows, as_of)))[:count]

        explainer = Explainer(self.layout, risk, self.manifest.importance)
        clipped, _ = self.imputer.complete(columns)  # what is missing stays so, and clipping comes before blanking
        effects = explainer.effects(clipped)
        return [explainer.reasons(columns, row, effects[row], most) for row in range(len(columns))]

    def missing_information(self, columns: Columns) -> Floats:
        """Return the share of the model's information that is missing, (n,); 0 where the model has no importance."""
        if self._information is None:
            return np.zeros(len(columns))
        numeric = columns.numbers.shape[1]
        of_numbers, of_codes = self._information[:numeric], self._information[numeric:]
        no_number = np.isnan(columns.numbers).astype(np.float64)  # whose product BLAS computes; that of bools is a loop
        no_category = (columns.codes < 0).astype(np.float64)
        missing: Floats = no_number @ of_numbers + no_category @ of_codes
        return missing

    def _known_enough(self, given: Columns, notes: Notes) -> Bools:
        if self._information is None or notes.none:
            return np.ones(len(given), dtype=bool)
        enough: Bools = self.missing_information(given) <= self._least_known
        return enough

    def _order_value_of(self, policy: Policy) -> int | float:
        """Return the position of the input that holds the order's value, or the constant that stands for it."""
        if isinstance(policy.order_value, str):
            return self.layout.numeric_names.index(policy.order_value)
        return policy.order_value.value

    def _read_signals(self, given: Columns, work: Work) -> Iterator[Floats]:
        """Yield order value, sensitivity, value tier and recency segment; NaN where they are missing.

        An order beyond the training range is worth its full value: clipping is for the model alone.
        """
        if isinstance(self._order_value, float):
            yield np.full(len(given), self._order_value)
        else:
            yield given.numbers[:, self._order_value]
        for slot in self._signal_slots:
            yield np.zeros(len(given)) if slot is None else work[slot]

    def _without_nan(self, read: list[Floats], as_of: dt.date) -> list[Floats]:
        """Return the signals with those of a shopper of training defaults where they are missing."""
        if not np.isnan(reduce(np.add, read)).any():  # all of them are finite or NaN
            return read
        defaults = self.imputer.defaults()
        typical = self._read_signals(defaults, self.plan.values(defaults, as_of))
        return [np.where(np.isnan(values), usual, values) for values, usual in zip(read, typical, strict=True)]


class _ToBeScored(NamedTuple):
    """The rows that the model is asked for, bool (n,), and where each row's answer is among theirs, (n,)."""

    rows: Bools
    answers: Indices


def _to_be_scored(columns: Columns) -> _ToBeScored | None:
    """Return which rows the model is asked for; None for all.

    All rows of which nothing is known have one answer. FEWEST_ROWS of them are scored, lest a matrix get too small.
    """
    if len(columns) > FEWEST_ROWS and len(blank := np.flatnonzero(columns.nothing_known())) > FEWEST_ROWS:
        wanted = np.ones(len(columns), dtype=bool)
        wanted[blank[FEWEST_ROWS:]] = False
        answers = np.cumsum(wanted) - 1
        answers[blank] = answers[blank[0]]
        return _ToBeScored(wanted, answers)
    return None


def _days_since(dates: Floats | None, as_of: dt.date) -> Floats:
    """Return days from dates to ``as_of``, 0 for a date after it; an empty array where nobody says any."""
    if dates is None:
        return np.empty(0)
    days: Floats = np.maximum(days_since_epoch(as_of) - dates, 0)
    return days


def _information(layout: Layout, importance: Mapping[str, float]) -> Floats | None:
    """Return each input's share of the sum of importance, (inputs,), numeric ones first; None where none is known."""
    names = (*layout.numeric_names, *layout.category_names)
    weights = np.array([importance.get(name, 0.0) for name in names])
    total = weights.sum()
    return weights / total if total > 0 else None
