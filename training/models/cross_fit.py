"""Small tables: every row is predicted by a model that has not seen it, so that the metrics count all rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Indices
from lambda_fn.scoring.columns import Columns
from lambda_fn.scoring.recipe import CategoryInput
from training.data.load import ID, Dataset
from training.data.options import DataOptions, Say
from training.data.prepare import learn_from
from training.data.prepared import Prepared
from training.data.split import Split, positions
from training.models.candidate import Candidate
from training.models.families import NETWORK, Parameters
from training.models.train import train

FOLDS: Final = 5
# Usable rows. A fifth of 20,000 measures an AUC with a standard error of about 0.005; all of them, with less than half.
SMALL_TABLE: Final = 20_000


@dataclass(frozen=True)
class Fold:
    """Rows that were kept apart, by number, and the model that was trained without them."""

    rows: Indices
    prepared: Prepared
    candidate: Candidate


@dataclass(frozen=True)
class CrossFitted:
    """The models of all folds; together they predict every row once."""

    folds: tuple[Fold, ...]

    def risk(self, columns: Columns) -> Floats:
        """Return the calibrated probabilities of all usable rows, before imputation and in their order, (n,)."""
        risk = np.empty(len(columns))
        for fold in self.folds:
            risk[fold.rows] = fold.candidate.risk(fold.prepared, columns.take(fold.rows))
        return risk


def is_small(prepared: Prepared) -> bool:
    """Return whether a holdout of its own would measure too little."""
    return len(prepared.report.usable) < SMALL_TABLE


def cross_fit(
    dataset: Dataset,
    prepared: Prepared,
    family: str,
    seed: int,
    parameters: Parameters | None = None,
    say: Say = lambda _: None,
) -> tuple[Prepared, Candidate]:
    """Train one model a fold for the metrics, and the model itself on all rows but those that calibrate it.

    Return what that model learnt from, with every usable row as the holdout, and the model, which predicts the holdout
    by the models of the folds.
    """
    say(f"{len(prepared.report.usable):,} rows are few: measuring by {FOLDS}-fold cross-fitting on all of them")
    whole = _with_parts(dataset, prepared, prepared.options, _all_but_validation(prepared))
    options = _with_categories(prepared.options, whole)
    place = positions(prepared.report.usable[ID])
    of_folds = [_with_parts(dataset, prepared, options, _fold(place, number)) for number in range(FOLDS)]
    candidate, *candidates = _train_all([whole, *of_folds], family, seed, parameters)
    folds = tuple(Fold(each.split.holdout, each, trained) for each, trained in zip(of_folds, candidates, strict=True))
    return whole, replace(candidate, cross_fitted=CrossFitted(folds))


def _train_all(parts: Sequence[Prepared], family: str, seed: int, parameters: Parameters | None) -> list[Candidate]:
    """Train a model on each, side by side where one takes long."""
    from joblib import Parallel, delayed

    workers = -1 if family == NETWORK else 1
    return list(Parallel(n_jobs=workers)(delayed(train)(each, family, seed, parameters) for each in parts))


def _with_parts(dataset: Dataset, prepared: Prepared, options: DataOptions, parts: Split) -> Prepared:
    chosen = replace(options, as_of=prepared.as_of, allow_imbalance=True)  # looked at already
    return replace(learn_from(chosen, dataset, prepared.report, parts=parts), options=prepared.options)


def _all_but_validation(prepared: Prepared) -> Split:
    """Return the split of the model itself; the rows that calibrate it stay those of the validation part."""
    parts = prepared.split
    train_rows = np.sort(np.concatenate([parts.train, parts.holdout]))
    return Split(train_rows, parts.validation, np.arange(len(prepared.report.usable)))


def _fold(place: Floats, number: int) -> Split:
    """Return the split of a fold: a fifth of the rows kept apart, and a fifth of the others to calibrate.

    ``place``: of each row in [0, 1), by its id, so that a shopper's rows lie in one fold.
    """
    fold = np.floor(place * FOLDS).astype(int)
    within = place * FOLDS - fold
    apart = fold == number
    calibrates = ~apart & (within < 1 / FOLDS)
    return Split(np.flatnonzero(~apart & ~calibrates), np.flatnonzero(calibrates), np.flatnonzero(apart))


def _with_categories(options: DataOptions, whole: Prepared) -> DataOptions:
    """Return the options with the categories of the model itself, so that all models read the same columns."""
    known = {field.name: field.categories for field in whole.recipe.inputs if isinstance(field, CategoryInput)}
    inputs = tuple(
        field.model_copy(update={"categories": known[field.name]}) if field.name in known else field
        for field in options.shop.inputs
    )
    return replace(options, shop=options.shop.model_copy(update={"inputs": inputs}))
