"""What a model must beat: a constant, and the best single feature. The same scan finds leakage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from lambda_fn.scoring.arrays import Floats
from lambda_fn.scoring.model import calibrator
from training.data.prepared import Part
from training.errors import DataRefused
from training.models.calibrate import fit_isotonic
from training.models.metrics import Ranking

LEAKAGE_AUC: Final = 0.995  # a single feature that ranks this well is the outcome in disguise


@dataclass(frozen=True)
class SingleFeature:
    """One feature alone.

    ``column``: of the matrix.
    ``sign``: 1, or -1 where less of the feature means more abandonment.
    ``auc``: in that direction, on the training part.
    """

    name: str
    column: int
    sign: int
    auc: float

    def values(self, part: Part) -> Floats:
        """Return the feature, turned so that more of it means more abandonment."""
        return self.sign * part.matrix[:, self.column].astype(np.float64)


def single_feature_aucs(train: Part, names: tuple[str, ...]) -> list[SingleFeature]:
    """Return every feature with its AUC alone on the training part (the better direction), best first."""
    features = []
    for column, name in enumerate(names):
        auc = Ranking(train.labels, train.matrix[:, column].astype(np.float64), 0.5).roc_auc()
        sign = 1 if auc >= 0.5 else -1
        features.append(SingleFeature(name, column, sign, max(auc, 1 - auc)))
    return sorted(features, key=lambda feature: -feature.auc)


def refuse_leakage(features: list[SingleFeature]) -> None:
    """Raise DataRefused naming every feature that predicts the label almost perfectly on its own."""
    if leaking := [feature for feature in features if feature.auc >= LEAKAGE_AUC]:
        named = ", ".join(f"{feature.name} (AUC {feature.auc:.4f})" for feature in leaking)
        raise DataRefused(
            f"leakage: {named} alone predicts the label almost perfectly (AUC {LEAKAGE_AUC} or more); it is probably "
            "recorded after the outcome. Declare its inputs as leakage in the recipe and remove it"
        )


def baseline_metrics(best: SingleFeature, train: Part, validation: Part, holdout: Part) -> dict[str, float | str]:
    """Return the holdout metrics of the constant and of the best single feature, named by their prefixes.

    The constant says "will abandon", with the training part's share as its probability. The single feature is given
    every chance: a calibration and the threshold with the best F1, both from validation.
    """
    share = np.full(len(holdout), float(train.labels.mean()))
    constant = Ranking(holdout.labels, share, 0.0).metrics()
    alone = _single_feature_metrics(best, validation, holdout)
    return {
        "best_single_feature": best.name,
        **{f"constant_{name}": value for name, value in constant.items()},
        **{f"best_single_feature_{name}": value for name, value in alone.items()},
    }


def _single_feature_metrics(best: SingleFeature, validation: Part, holdout: Part) -> dict[str, float]:
    values = best.values(validation)
    calibrate = calibrator(fit_isotonic(validation.labels, values))
    seen = calibrate(values)
    cuts = np.unique(np.quantile(seen, np.linspace(0, 1, 101), method="inverted_cdf"))
    scores = [Ranking(validation.labels, seen, cut).metrics()["f1"] for cut in cuts]
    return Ranking(holdout.labels, calibrate(best.values(holdout)), float(cuts[int(np.argmax(scores))])).metrics()
