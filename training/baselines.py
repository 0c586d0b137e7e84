"""What a model must beat: a constant, and the best single feature. The same scan finds leakage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.errors import DataRefused
from training.label import constant_f1
from training.metrics import Ranking
from training.prepare import Part

LEAKAGE_AUC: Final = 0.995  # a single feature that ranks this well is the outcome in disguise

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SingleFeature:
    """One feature used alone: predict abandonment at or beyond ``cut``, in the direction of ``sign``."""

    name: str
    column: int
    sign: int
    auc: float
    cut: float = 0.0


def single_feature_aucs(train: Part, names: tuple[str, ...]) -> list[SingleFeature]:
    """Return every feature with its AUC alone on the training part (the better direction), best first."""
    features = []
    for column, name in enumerate(names):
        auc = Ranking(train.labels, train.matrix[:, column].astype(np.float64), 0.5).measures()["roc_auc"]
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


def best_single_feature(features: list[SingleFeature], validation: Part) -> SingleFeature:
    """Return the feature with the best AUC on the training part, with the cut of the best F1 on validation."""
    best = features[0]
    values = best.sign * validation.matrix[:, best.column].astype(np.float64)
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, 201), method="inverted_cdf"))
    scores = [Ranking(validation.labels, values, cut).measures()["f1"] for cut in cuts]
    return SingleFeature(best.name, best.column, best.sign, best.auc, float(cuts[int(np.argmax(scores))]))


def baseline_measures(best: SingleFeature, holdout: Part) -> dict[str, float | str]:
    """Return the holdout measures of the constant and of the best single feature."""
    share = float(holdout.labels.mean())
    alone = Ranking(holdout.labels, best.sign * holdout.matrix[:, best.column].astype(np.float64), best.cut).measures()
    return {
        "constant_f1": constant_f1(share),
        "constant_accuracy": max(share, 1 - share),
        "constant_roc_auc": 0.5,
        "constant_average_precision": share,
        "constant_brier": share * (1 - share),
        "constant_log_loss": float(-(share * np.log(share) + (1 - share) * np.log(1 - share))),
        "best_single_feature": best.name,
        "best_single_feature_f1": alone["f1"],
        "best_single_feature_accuracy": alone["accuracy"],
        "best_single_feature_roc_auc": alone["roc_auc"],
        "best_single_feature_average_precision": alone["average_precision"],
    }
