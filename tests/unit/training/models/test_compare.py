"""Families are compared on the same rows, and ties go to the simpler one."""

import pytest

from lambda_fn.scoring.manifest import IdentityCalibration
from training.data.prepared import Prepared
from training.models.candidate import Candidate
from training.models.compare import Comparison, Entry, compare


def test_ties_go_to_the_simpler_family(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.models.compare.MOST_ROWS", 800)
    comparison = compare(prepared, 0, families=["mlp", "logistic"], folds=2)
    assert comparison.chosen.candidate.family == "logistic"
    assert len(comparison.chosen.fold_aucs) == 2


def entry(family: str, auc: float) -> Entry:
    candidate = Candidate(family, None, b"", IdentityCalibration(), "identity", 1.0, 0.0)
    return Entry(candidate, auc, (auc, auc), 0.9, 0.1, 1.0, ())


def test_a_better_family_is_chosen_though_it_is_less_simple() -> None:
    comparison = Comparison((entry("logistic", 0.90), entry("mlp", 0.92), entry("random_forest", 0.9195)))
    assert comparison.chosen.candidate.family == "random_forest"
    assert "level with mlp" in comparison.reason
    assert Comparison((entry("logistic", 0.9), entry("mlp", 0.92))).reason.startswith("mlp has the best AUC")
