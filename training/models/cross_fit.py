"""Small tables: every row is predicted by a model that has not seen it, so that the metrics count all rows.

The same predictions calibrate: a fifth of a small table would tell the base rate itself by chance only. Neither the
model that predicts a row nor its calibration is fitted to the row's label. (The scores that the calibration is fitted
to are of models that have seen it; a calibration of two numbers carries next to nothing of that.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats, Indices, Labels
from lambda_fn.scoring.artefact.recipe import CategoryInput
from lambda_fn.scoring.columns import Columns
from training.data.load import ID, Dataset
from training.data.options import DataOptions, Say
from training.data.prepare import learn_from
from training.data.prepared import Prepared
from training.data.split import Split, positions
from training.models import calibrate
from training.models.candidate import Candidate
from training.models.families import NETWORK, Parameters
from training.models.train import calibrated, fit, scores_to_calibrate

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

    def models(self, rows: int) -> Indices:
        """Return the number of the fold, and so of the model, that predicts each row, (rows,)."""
        numbers = np.empty(rows, np.intp)
        for number, fold in enumerate(self.folds):
            numbers[fold.rows] = number
        return numbers


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
    """Train one model a fold for the metrics, and the model itself on all rows but those of the validation part.

    The model is calibrated on what the folds' models say of the rows that they have not seen; a fold's model on what
    the others say of theirs. Return what the model learnt from, with every usable row as the holdout, and the model,
    which predicts the holdout by the models of the folds.
    """
    say(f"{len(prepared.report.usable):,} rows are few: measuring by {FOLDS}-fold cross-fitting on all of them")
    whole = _with_parts(dataset, prepared, prepared.options, _all_but_validation(prepared))
    options = _with_categories(prepared.options, whole)
    place = positions(prepared.report.usable[ID])
    of_folds = [_with_parts(dataset, prepared, options, _fold(place, number)) for number in range(FOLDS)]
    fitted, *of_the_folds = _fit_all([whole, *of_folds], family, seed, parameters)
    folds = [Fold(each.split.holdout, each, model) for each, model in zip(of_folds, of_the_folds, strict=True)]
    unseen = _Unseen(whole.holdout.labels, _scores(folds, seed))
    apart = [replace(fold, candidate=calibrated(fold.candidate, unseen.calibration(but=fold.rows))) for fold in folds]
    return whole, replace(calibrated(fitted, unseen.calibration()), cross_fitted=CrossFitted(tuple(apart)))


@dataclass(frozen=True)
class _Unseen:
    """Rows and what the models that have not seen them say of them: ``labels`` (n,), ``scores`` (copies, n)."""

    labels: Labels
    scores: Floats

    def calibration(self, but: Indices | None = None) -> calibrate.Chosen:
        """Return the calibration chosen on these rows, ``but`` some."""
        used = np.ones(len(self.labels), dtype=bool)
        if but is not None:
            used[but] = False
        return calibrate.choose(self.labels[used], self.scores[:, used])


def _scores(folds: Sequence[Fold], seed: int) -> Floats:
    """Return what each fold's model, not calibrated yet, says of its own rows, (copies, n), in the table's order."""
    parts = [
        scores_to_calibrate(fold.prepared, fold.candidate, fold.prepared.columns(fold.rows), seed) for fold in folds
    ]
    scores = np.concatenate(parts, axis=1)
    scores[:, np.concatenate([fold.rows for fold in folds])] = scores.copy()
    return scores


def _fit_all(parts: Sequence[Prepared], family: str, seed: int, parameters: Parameters | None) -> list[Candidate]:
    """Fit a model to each, side by side where one takes long."""
    from joblib import Parallel, delayed

    workers = -1 if family == NETWORK else 1
    return list(Parallel(n_jobs=workers)(delayed(fit)(each, family, seed, parameters) for each in parts))


def _with_parts(dataset: Dataset, prepared: Prepared, options: DataOptions, parts: Split) -> Prepared:
    chosen = replace(options, as_of=prepared.as_of, allow_imbalance=True)  # looked at already
    return replace(learn_from(chosen, dataset, prepared.report, parts=parts), options=prepared.options)


def _all_but_validation(prepared: Prepared) -> Split:
    """Return the split of the model itself. The validation part, on which a family was chosen, stays apart.

    A champion is compared on it.
    """
    parts = prepared.split
    train_rows = np.sort(np.concatenate([parts.train, parts.holdout]))
    return Split(train_rows, parts.validation, np.arange(len(prepared.report.usable)))


def _fold(place: Floats, number: int) -> Split:
    """Return the split of a fold: a fifth of the rows kept apart, all others to learn from.

    ``place``: of each row in [0, 1), by its id, so that a shopper's rows lie in one fold.
    """
    apart = np.flatnonzero(np.floor(place * FOLDS).astype(int) == number)
    return Split(np.setdiff1d(np.arange(len(place)), apart), apart, apart)


def _with_categories(options: DataOptions, whole: Prepared) -> DataOptions:
    """Return the options with the categories of the model itself, so that all models read the same columns."""
    known = {field.name: field.categories for field in whole.recipe.inputs if isinstance(field, CategoryInput)}
    inputs = tuple(
        field.model_copy(update={"categories": known[field.name]}) if field.name in known else field
        for field in options.shop.inputs
    )
    return replace(options, shop=options.shop.model_copy(update={"inputs": inputs}))
