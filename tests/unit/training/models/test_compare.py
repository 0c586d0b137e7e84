"""Families are compared on the same rows, and ties go to the simpler one."""

from typing import Any, Final

import numpy as np
import pytest

from lambda_fn.scoring.artefact.manifest import IdentityCalibration
from lambda_fn.scoring.columns import MISSING
from training.data.prepared import Prepared
from training.models import pupil, teacher
from training.models.candidate import Candidate
from training.models.compare import Comparison, Entry, as_rows, compare
from training.models.families import NETWORK

BASE: Final = 0.67  # nats, of a base rate of 60 %


def test_ties_go_to_the_simpler_family(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.models.compare.MOST_ROWS", 800)
    monkeypatch.setattr("training.models.compare.TIE_SHARE", 1.0)
    monkeypatch.setattr("training.models.compare.LARGEST_BIAS", 1.0)
    comparison = compare(prepared, 0, families=["mlp", "logistic"], folds=2)
    assert comparison.chosen.candidate.family == "logistic"
    assert len(comparison.chosen.fold_aucs) == 2


def entry(family: str, blanked_log_loss: float, bias: float = 0.0) -> Entry:
    candidate = Candidate(family, None, b"", IdentityCalibration(), "identity", 1.0, 0.0)
    return Entry(candidate, blanked_log_loss, bias, 0.9, (0.9, 0.9), 0.9, 0.1, 1.0, ())


def test_a_better_family_is_chosen_though_it_is_less_simple() -> None:
    comparison = Comparison((entry("logistic", 0.40), entry("mlp", 0.31), entry("random_forest", 0.3115)), BASE)
    assert comparison.chosen.candidate.family == "random_forest"
    assert "level with mlp" in comparison.reason
    alone = Comparison((entry("logistic", 0.4), entry("mlp", 0.31)), BASE)
    assert alone.reason == (
        "mlp has the lowest log loss on validation with blanks, by more than 0.002 nats (0.3% of the base rate's)"
    )


@pytest.mark.parametrize(("positive_share", "chosen"), [(0.6, "logistic"), (0.01, "mlp")])
def test_a_tie_is_a_share_of_the_log_loss_of_the_base_rate(positive_share: float, chosen: str) -> None:
    # Given two families that differ by 0.001 nats
    base = -positive_share * np.log(positive_share) - (1 - positive_share) * np.log1p(-positive_share)
    comparison = Comparison((entry("logistic", 0.9 * base + 0.001), entry("mlp", 0.9 * base)), base)
    # Then they are level where both labels are frequent, and not where one is rare
    assert comparison.chosen.candidate.family == chosen


@pytest.mark.parametrize(
    ("bias", "best_bias", "chosen"), [(0.03, 0.0, "mlp"), (0.02, 0, "logistic"), (0.03, 0.04, "logistic")]
)
def test_a_family_whose_risks_drift_as_inputs_go_missing_wins_no_tie(
    bias: float, best_bias: float, chosen: str
) -> None:
    comparison = Comparison((entry("logistic", 0.311, bias), entry("mlp", 0.31, best_bias)), BASE)
    assert comparison.chosen.candidate.family == chosen


def test_the_bias_is_that_where_it_is_largest(prepared: Prepared) -> None:
    # Given a family that answers the same to everybody of whom nothing is known
    [logistic] = compare(prepared, 0, families=["logistic"]).entries
    nothing_known = prepared.columns(prepared.split.validation).take(np.arange(1))
    nothing_known.numbers[:], nothing_known.codes[:] = np.nan, MISSING
    answered = float(logistic.candidate.risk(prepared, nothing_known)[0])
    # Then its bias is at least that of this answer
    assert logistic.bias >= abs(answered - prepared.validation.labels.mean()) - 1e-9 > 0


def test_the_base_rate_is_that_of_the_rows_compared_on(prepared: Prepared) -> None:
    share = prepared.validation.labels.mean()  # few enough to be compared on all
    expected = -share * np.log(share) - (1 - share) * np.log1p(-share)
    assert compare(prepared, 0, families=["logistic"]).base_log_loss == pytest.approx(expected)


def test_a_model_that_takes_missing_as_a_value_beats_one_that_imputes(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a network of few lessons, and boosting, which is as good on complete rows
    monkeypatch.setattr(teacher, "MOST_COPIES", 2)
    monkeypatch.setattr(pupil, "LESSONS", 4)
    # When both are compared on rows with blanks
    comparison = compare(prepared, 0, families=["hist_gradient_boosting", NETWORK], folds=2)
    # Then the network is chosen, and it alone has no cross-validation
    assert comparison.chosen.candidate.family == NETWORK
    assert [len(entry.fold_aucs) for entry in comparison.entries] == [2, 0]
    boosting, network = as_rows(comparison)
    assert losses(boosting) > losses(network) + 0.1


def losses(row: dict[str, Any]) -> float:
    return float(row["blanked_log_loss"])
