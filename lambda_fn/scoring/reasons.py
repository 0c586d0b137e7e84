"""Reasons: how much each input moved a risk, as Shapley values of "known against missing".

An effect is the mean change of the risk when the input becomes known, over all orders in which the known inputs can
become known (L. Shapley, 1953). No background data is needed: the model takes a missing input as a value of its own.

Let every input arrive at a uniform time in [0, 1]: their order is random. Given that an input arrives at time q, each
other one is known with probability q, independently. So the subsets of the few inputs that the model leans on most are
summed exactly, and only q and the other inputs are drawn, in antithetic pairs (q, 1 - q) spread evenly over [0, 1] (the
multilinear extension; G. Owen, 1972). The other inputs are walked in antithetic pairs of permutations. Both estimates
are unbiased. With few known inputs nothing is drawn and the effects are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import Final, NamedTuple

import numpy as np

from lambda_fn.scoring.arrays import Bools, Floats, Indices
from lambda_fn.scoring.artefact.recipe import DateInput
from lambda_fn.scoring.columns import MISSING, Columns, Layout, date_of

MOST_REASONS: Final = 20  # that an answer or a scored row names
LEADING: Final = 4  # inputs whose subsets are summed exactly; each one more doubles the rows
DRAWS: Final = 8  # of the other inputs beside those subsets; even
WALKS: Final = 3  # pairs of permutations of all known inputs
MOST_EXACT: Final = 8  # known inputs, up to which all subsets are summed
ROWS_AT_ONCE: Final = 16_384  # of the model: a thousand records take some 30 MB, and more at once is no faster
_SEED: Final = 0
_KEPT_PLANS: Final = 64  # a plan of 40 inputs takes 50 kB

Risk = Callable[[Columns], Floats]


class Reason(NamedTuple):
    """One input that moved a risk. value: as read; effect: in probability."""

    field: str
    value: float | str
    effect: float


def asked_for(text: str) -> int | None:
    """Return how many reasons a caller asks for by ``text``; None where it is no whole number from 0 to MOST_REASONS.

    >>> asked_for("5"), asked_for("21"), asked_for("five")
    (5, None, None)
    """
    is_number = text.isascii() and text.isdigit() and len(text) < 3
    return int(text) if is_number and int(text) <= MOST_REASONS else None


class Explainer:
    """Explains risks.

    risk: columns with missing values -> probabilities, (n,).
    importance: mean absolute effect of each input by name, from training; it decides which inputs lead.
    names: of the inputs, the numeric ones first.
    """

    def __init__(self, layout: Layout, risk: Risk, importance: Mapping[str, float]) -> None:
        self._layout, self._risk = layout, risk
        self.names = (*layout.numeric_names, *layout.category_names)
        self._order = np.argsort([-importance.get(name, 0.0) for name in self.names], kind="stable")

    def effects(self, columns: Columns) -> Floats:
        """Return the effect of every input, (n, inputs), in probability, in the order of ``names``.

        A row adds up to its risk minus that of a shopper of whom nothing is known. A missing input has effect 0.
        """
        known = np.concatenate([~np.isnan(columns.numbers), columns.codes >= 0], axis=1)
        effects = np.zeros(known.shape)
        for rows, plans in self._groups(known):
            risks = self._risk(_masked(columns, rows, plans))
            ends = np.cumsum([len(plan.masks) for plan in plans])
            for row, plan, part in zip(rows, plans, np.split(risks, ends[:-1]), strict=True):
                effects[row, plan.inputs] = plan.effects(part)
        return effects

    def reasons(self, columns: Columns, row: int, effects: Floats, most: int) -> list[Reason]:
        """Return the inputs that moved one row's risk most, at most ``most``, the largest effect first.

        effects: of that row, (inputs,).
        """
        largest = np.argsort(-np.abs(effects), kind="stable")[:most]
        return [
            Reason(self.names[place], self.value(columns, row, int(place)) or 0.0, float(effects[place]))
            for place in largest
            if effects[place] != 0
        ]

    def value(self, columns: Columns, row: int, place: int) -> float | str | None:
        """Return what was read of one input of one row, ``place`` being the input's in ``names``; None where missing.

        A date is ISO 8601.
        """
        numeric = len(self._layout.numeric_names)
        if place < numeric:
            number = float(columns.numbers[row, place])
            if np.isnan(number):
                return None
            is_date = isinstance(self._layout.numeric[place], DateInput)
            return date_of(number).isoformat() if is_date else number
        place -= numeric
        code = int(columns.codes[row, place])
        return self._layout.categorical[place].categories[code] if code >= 0 else None

    def _groups(self, known: Bools) -> Iterator[tuple[list[int], list[_Plan]]]:
        """Yield rows and their plans, at most about ROWS_AT_ONCE rows of the model together."""
        rows: list[int] = []
        plans: list[_Plan] = []
        size = 0
        for row, of_row in enumerate(known):
            ranked = self._order[of_row[self._order]]
            if not ranked.size:
                continue
            plan = _plan(tuple(ranked.tolist()), known.shape[1])
            if rows and size + len(plan.masks) > ROWS_AT_ONCE:
                yield rows, plans
                rows, plans, size = [], [], 0
            rows.append(row)
            plans.append(plan)
            size += len(plan.masks)
        if rows:
            yield rows, plans


@dataclass(frozen=True)
class _Plan:
    """Which subsets of the known inputs to ask the model about, and what follows from the answers.

    inputs: the known inputs, the most important first.
    masks: bool (rows, all inputs), True where an input is known.
    weights: of a subset by its size, (draws, leading inputs).
    walks: permutations of ``inputs``, (walks, known inputs), each beside its reverse; empty where all is summed.
    """

    inputs: Indices
    masks: Bools
    weights: Floats
    walks: Indices

    def effects(self, risks: Floats) -> Floats:
        """Return the effect of each of ``inputs``, from the risk of each mask."""
        draws, leading = self.weights.shape
        drawn = risks[: draws << leading].reshape(draws, -1)
        lead = _leading_effects(drawn, self.weights)
        if not self.walks.size:
            exact: Floats = lead[0]
            return exact
        walked = risks[drawn.size :].reshape(len(self.walks), -1)
        steps = np.empty(self.walks.shape)
        np.put_along_axis(steps, self.walks, np.diff(walked, axis=1), axis=1)
        samples = [(lead[0::2] + lead[1::2]) / 2, (steps[0::2] + steps[1::2])[:, leading:] / 2]
        means = np.concatenate([sample.mean(axis=0) for sample in samples])
        variances = np.concatenate([sample.var(axis=0) / len(sample) for sample in samples])
        return _summing_to(walked[0, -1] - walked[0, 0], means, variances)


@lru_cache(maxsize=_KEPT_PLANS)
def _plan(ranked: tuple[int, ...], width: int) -> _Plan:
    """Return the plan for a record with these known inputs, the most important first; the same one every time.

    width: how many inputs there are, known or not.
    """
    inputs = np.array(ranked, dtype=np.intp)
    count = len(inputs)
    if count <= MOST_EXACT:
        weights = np.array([[1 / (count * comb(count - 1, size)) for size in range(count)]])
        known, walks = _subsets(count), np.empty((0, count), dtype=np.intp)
    else:
        rng = np.random.default_rng(_SEED)
        times, others = _antithetic(rng, count)
        weights = _size_weights(times, LEADING)
        walks = rng.permuted(np.tile(np.arange(count), (WALKS, 1)), axis=1)
        walks = np.stack([walks, walks[:, ::-1]], axis=1).reshape(-1, count)
        known = np.concatenate([_beside_subsets(others), _steps_of(walks)])
    masks = np.zeros((len(known), width), dtype=bool)
    masks[:, inputs] = known
    return _Plan(inputs, masks, weights, walks)


def _antithetic(rng: np.random.Generator, count: int) -> tuple[Floats, Bools]:
    """Return the time of each draw, (DRAWS,), and what is known by then, (DRAWS, count); a pair is neighbours.

    The first time of each pair lies in a stratum of its own of [0, 1/2], the second is what is left to 1. An input that
    the first knows at time q, the second does not know at time 1 - q.
    """
    times = (np.arange(DRAWS // 2) + rng.random(DRAWS // 2)) / DRAWS
    arrivals = rng.random((DRAWS // 2, count))
    known = np.stack([arrivals < times[:, None], arrivals >= times[:, None]], axis=1)
    return np.stack([times, 1 - times], axis=1).ravel(), known.reshape(DRAWS, count)


def _size_weights(times: Floats, leading: int) -> Floats:
    """Return the probability that, of the other leading inputs, a given subset of each size is known at each time."""
    sizes, q = np.arange(leading), times[:, None]
    weights: Floats = q**sizes * (1 - q) ** (leading - 1 - sizes)
    return weights


def _subsets(count: int) -> Bools:
    """Return every subset of ``count`` inputs, (2**count, count); bit i of the row's number says whether i is in."""
    subsets: Bools = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1 == 1
    return subsets


def _beside_subsets(others: Bools) -> Bools:
    """Return each draw with every subset of the leading inputs, (draws * 2**LEADING, inputs)."""
    subsets = _subsets(LEADING)
    known = np.repeat(others, len(subsets), axis=0)
    known[:, :LEADING] = np.tile(subsets, (len(others), 1))
    return known


def _steps_of(walks: Indices) -> Bools:
    """Return what is known before and after each step of each walk, (walks * (inputs + 1), inputs)."""
    count = walks.shape[1]
    arrivals = np.argsort(walks, axis=1)
    return (arrivals[:, None, :] < np.arange(count + 1)[None, :, None]).reshape(-1, count)


def _masked(columns: Columns, rows: list[int], plans: list[_Plan]) -> Columns:
    """Return each row once for each mask of its plan, with what is not known missing."""
    sizes = [len(plan.masks) for plan in plans]
    masks = plans[0].masks if len(plans) == 1 else np.concatenate([plan.masks for plan in plans])
    repeated = np.repeat(np.array(rows), sizes)
    numeric = columns.numbers.shape[1]
    return Columns(
        np.where(masks[:, :numeric], columns.numbers[repeated], np.nan),
        np.where(masks[:, numeric:], columns.codes[repeated], np.int32(MISSING)),
    )


def _leading_effects(drawn: Floats, weights: Floats) -> Floats:
    """Return the effect of each leading input at each draw, (draws, leading), summed over subsets of the others.

    drawn: (draws, 2**leading), the risk where the inputs of the subset's bits are known.
    """
    without, sizes = _subsets_without(weights.shape[1])
    gains = drawn[:, without | (1 << np.arange(weights.shape[1]))[:, None]] - drawn[:, without]
    effects: Floats = (weights[:, sizes] * gains).sum(axis=2)
    return effects


@lru_cache(maxsize=MOST_EXACT + 1)
def _subsets_without(leading: int) -> tuple[Indices, Indices]:
    """Return the subsets without each leading input, and their sizes, both (leading, 2**(leading - 1))."""
    known = _subsets(leading)
    without = np.stack([np.flatnonzero(~known[:, place]) for place in range(leading)])
    return without, known.sum(axis=1)[without]


def _summing_to(total: float, means: Floats, variances: Floats) -> Floats:
    """Return the means changed so that they add up to ``total``, each by its share of all variance.

    Of all changes with that sum it is the likeliest, and an effect that is certain keeps its value.
    """
    if not variances.any():
        return means
    changed: Floats = means + (total - means.sum()) * variances / variances.sum()
    return changed
