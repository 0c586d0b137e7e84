"""Compare model families on the same rows; the holdout stays unseen.

A shop rarely has every input, so families are compared by what they say of rows with blanks: the log loss on the
validation rows, averaged over the shares of blanks in ``blanks.SHARES``. Every family sees the same blanks.
Ties go to the simpler family: a difference that no shopper notices is not worth a slower or less legible model.
What counts as a tie is a share of the base rate's log loss, since log losses shrink with the rarer label: 0.002 nats
are 0.3 % of it at 60 % positives, but 3.6 % at 1 %. A family whose risks drift from the base rate as inputs go missing
wins no tie: such a model would be refused at its promotion.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Labels
from lambda_fn.scoring.columns import Columns
from training.data.options import Say
from training.data.prepared import Part, Prepared, evenly
from training.models import blanks, calibrate, export, pupil
from training.models.candidate import DECISION_THRESHOLD, Candidate
from training.models.families import EVERY, FAMILIES
from training.models.metrics import Ranking, bootstrap
from training.models.train import train

MOST_ROWS: Final = pupil.MOST_ROWS  # trained on to compare; the chosen family is then trained on all it takes
MOST_BLANKED_ROWS: Final = 20_000  # of the validation part, at each share of blanks
TIE_SHARE: Final = 0.003  # of the base rate's log loss; families whose mean log loss is this close are level
LARGEST_BIAS: Final = 0.02  # as far as a mean risk with blanks may be from the base rate for a family to win a tie
_SEED: Final = 17


@dataclass(frozen=True)
class Entry:
    """One family's result.

    ``blanked_log_loss``: on the validation part with blanks, averaged over the shares of blanks.
    ``bias``: how far the mean risk is from the base rate on these parts, at the share of blanks where it is farthest.
    ``roc_auc``, ``f1``, ``log_loss``: on the validation part as it is.
    ``roc_auc_interval``: at 95 %, over resampled rows.
    ``microseconds_per_row``: of scoring the validation part at once.
    ``fold_aucs``: of a cross-validation within the training part; empty where there was none.
    """

    candidate: Candidate
    blanked_log_loss: float
    bias: float
    roc_auc: float
    roc_auc_interval: tuple[float, float]
    f1: float
    log_loss: float
    microseconds_per_row: float
    fold_aucs: tuple[float, ...]

    @property
    def complexity(self) -> int:
        """Return the place of the family among all of them, the simplest first."""
        return EVERY.index(self.candidate.family)


@dataclass(frozen=True)
class Comparison:
    """All families, and the one that is chosen.

    ``base_log_loss``: of answering the base rate to everybody, on the rows that the families were compared on.
    """

    entries: tuple[Entry, ...]
    base_log_loss: float

    @property
    def tie(self) -> float:
        """Return how far above the lowest mean log loss a family is still level with the best, in nats."""
        return TIE_SHARE * self.base_log_loss

    @property
    def tied(self) -> tuple[Entry, ...]:
        """Return the entries level with the best, the simplest first."""
        best = min(self.entries, key=lambda entry: entry.blanked_log_loss)
        largest_bias = max(LARGEST_BIAS, best.bias)
        level = [
            entry
            for entry in self.entries
            if entry.blanked_log_loss <= best.blanked_log_loss + self.tie and entry.bias <= largest_bias
        ]
        return tuple(sorted(level, key=lambda entry: entry.complexity))

    @property
    def chosen(self) -> Entry:
        """Return the simplest of those level with the best."""
        return self.tied[0]

    @property
    def reason(self) -> str:
        """Return in words why the chosen family was chosen."""
        chosen = self.chosen
        seconds = chosen.candidate.fit_seconds
        margin = f"{self.tie:.2g} nats ({TIE_SHARE:.1%} of the base rate's)"
        if len(self.tied) == 1:
            return f"{chosen.candidate.family} has the lowest log loss on validation with blanks, by more than {margin}"
        others = ", ".join(f"{e.candidate.family} ({e.candidate.fit_seconds:.1f} s)" for e in self.tied[1:])
        return (
            f"{chosen.candidate.family} ({seconds:.1f} s to fit) is level with {others}: within {margin} of the "
            "lowest log loss on validation with blanks; ties go to the simpler model"
        )


def compare(
    prepared: Prepared, seed: int, *, families: Iterable[str] = EVERY, folds: int = 0, say: Say = lambda _: None
) -> Comparison:
    """Train every family on (at most MOST_ROWS of) the training part and measure it on validation.

    All see the same rows. ``folds`` above 1 adds a cross-validation within the training part, the same folds for all
    but the network, which takes a minute to train.
    """
    part = prepared.train.at_most(MOST_ROWS)
    blanked = _blanked_validation(prepared)
    entries = []
    for name in families:
        entry = _train_and_score(prepared, part, blanked, name, seed, folds)
        entries.append(entry)
        say(
            f"{name}: log loss {entry.blanked_log_loss:.4f} with blanks, AUC {entry.roc_auc:.4f} without, on "
            f"validation; {entry.candidate.fit_seconds:.1f} s"
        )
    return Comparison(tuple(entries), blanked.base_log_loss)


@dataclass(frozen=True)
class _Blanked:
    """Validation rows with blanks: ``parts``, one for each share, and the rows' labels."""

    parts: tuple[Columns, ...]
    labels: Labels

    @property
    def base_log_loss(self) -> float:
        """Return the log loss of answering the rows' base rate to everybody."""
        return calibrate.log_loss(self.labels, np.full(len(self.labels), self.labels.mean()))

    def log_loss_and_bias(self, prepared: Prepared, candidate: Candidate) -> tuple[float, float]:
        """Return a candidate's log loss, averaged over the parts, and its bias, at the part where it is largest."""
        risks = [candidate.risk(prepared, part) for part in self.parts]
        losses = [calibrate.log_loss(self.labels, risk) for risk in risks]
        return float(np.mean(losses)), float(max(abs(risk.mean() - self.labels.mean()) for risk in risks))


def _blanked_validation(prepared: Prepared) -> _Blanked:
    chosen = evenly(len(prepared.validation), MOST_BLANKED_ROWS)
    columns = prepared.columns(prepared.split.validation[chosen])
    rng = np.random.default_rng(_SEED)
    parts = tuple(blanks.blank(columns, share, rng) for share in blanks.SHARES)
    return _Blanked(parts, prepared.validation.labels[chosen])


def _train_and_score(prepared: Prepared, part: Part, blanked: _Blanked, name: str, seed: int, folds: int) -> Entry:
    candidate = train(prepared, name, seed, part=part)
    validation = prepared.validation
    matrix = validation.matrix
    if candidate.missing == "value":
        matrix = candidate.matrix(prepared, prepared.columns(prepared.split.validation))
    start = time.perf_counter()
    p = candidate.probabilities(matrix)
    per_row = (time.perf_counter() - start) / len(validation) * 1e6
    metrics = Ranking(validation.labels, p, DECISION_THRESHOLD).metrics()
    blanked_log_loss, bias = blanked.log_loss_and_bias(prepared, candidate)
    interval = bootstrap(validation.labels, p, DECISION_THRESHOLD, resamples=100)["roc_auc"]
    return Entry(
        candidate=candidate,
        blanked_log_loss=blanked_log_loss,
        bias=bias,
        roc_auc=metrics["roc_auc"],
        roc_auc_interval=interval,
        f1=metrics["f1"],
        log_loss=metrics["log_loss"],
        microseconds_per_row=round(per_row, 2),
        fold_aucs=_cross_validate(part, name, seed, folds) if folds > 1 and name in FAMILIES else (),
    )


def _cross_validate(part: Part, name: str, seed: int, folds: int) -> tuple[float, ...]:
    fold = np.arange(len(part)) % folds  # rows are in the file's order, not sorted by label
    aucs = []
    for number in range(folds):
        inside, outside = fold != number, fold == number
        estimator = FAMILIES[name].train(part.matrix[inside], part.labels[inside], seed)
        onnx = export.to_onnx(estimator, part.matrix.shape[1])
        p = export.probabilities(onnx, part.matrix[outside])
        aucs.append(Ranking(part.labels[outside], p, DECISION_THRESHOLD).metrics()["roc_auc"])
    return tuple(aucs)


def as_rows(comparison: Comparison) -> list[dict[str, object]]:
    """Return one row a family for reports and metrics.json."""
    return [
        {
            "family": entry.candidate.family,
            "blanked_log_loss": entry.blanked_log_loss,
            "blanked_bias": entry.bias,
            "roc_auc": entry.roc_auc,
            "roc_auc_interval_95": list(entry.roc_auc_interval),
            "f1": entry.f1,
            "log_loss": entry.log_loss,
            "fold_roc_auc_mean": float(np.mean(entry.fold_aucs)) if entry.fold_aucs else None,
            "fold_roc_auc_sd": float(np.std(entry.fold_aucs)) if entry.fold_aucs else None,
            "fit_seconds": round(entry.candidate.fit_seconds, 2),
            "onnx_microseconds_per_row": entry.microseconds_per_row,
            "onnx_bytes": len(entry.candidate.onnx),
            "chosen": entry is comparison.chosen,
        }
        for entry in comparison.entries
    ]
