"""What a model must beat, and the features that give the label away."""

import numpy as np
import pytest

from training.data.prepared import Part, Prepared
from training.errors import DataRefused
from training.evaluation.baselines import baseline_metrics, refuse_leakage, single_feature_aucs
from training.models.metrics import Ranking

BOTH = np.array([0, 1], dtype=np.int8)


def test_features_that_predict_the_label_alone_stop_the_run(prepared: Prepared) -> None:
    # Given a feature recorded after the outcome
    leaked = prepared.train.matrix.copy()
    leaked[:, 3] = prepared.train.labels
    part = Part(leaked, prepared.train.labels)
    names = prepared.recipe.feature_names
    # When the features are scanned, then it is named, and without it nothing is
    with pytest.raises(DataRefused, match=rf"leakage: {names[3]} \(AUC 1.0000\)"):
        refuse_leakage(single_feature_aucs(part, names))
    refuse_leakage(single_feature_aucs(prepared.train, names))


def test_the_best_single_feature_is_the_impulse_score(prepared: Prepared) -> None:
    best = single_feature_aucs(prepared.train, prepared.recipe.feature_names)[0]
    assert best.name == "impulse_buying_score_raw"
    assert best.auc == pytest.approx(0.984, abs=0.005)


def test_every_metric_stands_beside_both_baselines(prepared: Prepared) -> None:
    best = single_feature_aucs(prepared.train, prepared.recipe.feature_names)[0]
    found = baseline_metrics(best, prepared.train, prepared.validation, prepared.holdout)
    metrics = set(Ranking(BOTH, np.array([0.2, 0.8]), 0.5).metrics())
    for prefix in ("constant", "best_single_feature"):
        assert {f"{prefix}_{name}" for name in metrics} <= set(found)
    share = prepared.holdout.labels.mean()
    assert found["constant_f1"] == pytest.approx(2 * share / (1 + share))
    assert (found["constant_recall"], found["constant_roc_auc"]) == (1.0, 0.5)
    assert found["best_single_feature_f1"] == pytest.approx(0.947, abs=0.02)
    assert found["best_single_feature_roc_auc"] == pytest.approx(0.984, abs=0.01)
