"""A trained model is what its manifest says: exported, calibrated, measured, and the same for the same data."""

import dataclasses
import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_fn.scoring.manifest import IdentityCalibration
from lambda_fn.scoring.manifest_formats import read_manifest
from lambda_fn.scoring.model import calibrator
from training.data.fit_recipe import EPOCH
from training.data.label import check_balance
from training.data.prepare import DataOptions, Part, Prepared, newest_date, prepare
from training.errors import DataRefused, PublishRefused, TrainingError
from training.evaluation.baselines import baseline_measures, refuse_leakage, single_feature_aucs
from training.evaluation.evaluate import Candidate
from training.job import Job, run
from training.models import calibrate, export
from training.models.compare import Comparison, Entry, compare
from training.models.families import FAMILIES, Family, Parameters
from training.models.metrics import Ranking
from training.models.train import train
from training.offers.policy_file import read_policy
from training.release import model_card, package
from training.shops.shopper import RECIPE

BOTH = np.array([0, 1], dtype=np.int8)


@pytest.fixture(scope="module")
def logistic(prepared: Prepared) -> Candidate:
    return train(prepared, "logistic", 0)


def job(data: Path, out: Path, family: str = "logistic") -> Job:
    return Job(DataOptions(data), read_policy(), family, out=out, track=False)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_answers_in_onnx_as_in_scikit_learn(prepared: Prepared, family: str) -> None:
    candidate = train(prepared, family, 0)
    assert candidate.largest_difference <= 1e-5
    session = export.open_session(candidate.onnx)
    assert [(item.name, item.type, item.shape[1]) for item in session.get_inputs()] == [
        ("features", "tensor(float)", len(prepared.recipe.feature_names))
    ]
    assert [(item.name, item.type) for item in session.get_outputs()] == [("probabilities", "tensor(float)")]


def test_a_model_that_answers_otherwise_outside_is_refused(prepared: Prepared, logistic: Candidate) -> None:
    other = FAMILIES["logistic"].train(prepared.train.matrix, prepared.train.labels, 0, {"C": 1e-4})
    with pytest.raises(PublishRefused, match="more than 1e-05"):
        export.check_parity(other, logistic.onnx, prepared.holdout.matrix)


@pytest.mark.parametrize("family", ["logistic", "mlp", "lightgbm"])
def test_the_same_data_and_seed_give_the_same_bytes(prepared: Prepared, family: str) -> None:
    one, two = (train(prepared, family, 0) for _ in range(2))
    assert one.onnx == two.onnx
    assert one.calibration == two.calibration


def test_the_same_data_give_the_same_content_hash_in_another_process_on_another_day(
    twin_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.data.checks._today", lambda: dt.date(2031, 1, 1))
    here = run(job(twin_csv, tmp_path / "a")).version
    command = [sys.executable, "-m", "training", "run", "--data", str(twin_csv), "--out", str(tmp_path / "b")]
    done = subprocess.run([*command, "--model", "logistic", "--no-track"], capture_output=True, text=True, check=True)
    there = done.stdout.strip().splitlines()[-1]
    assert here.split("-")[1] == there.split("-")[1]


def test_a_run_writes_an_artefact_that_reads_back_and_says_what_it_is(twin_csv: Path, tmp_path: Path) -> None:
    result = run(job(twin_csv, tmp_path))
    folder = tmp_path / result.version
    files = {path.name for path in folder.iterdir()}
    assert files == {"model.onnx", "manifest.json", "metrics.json", "model_card.md", "calibration.svg"}
    artefact = package.read(folder)
    assert artefact.manifest == read_manifest((folder / "manifest.json").read_bytes())
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics == artefact.manifest.metrics
    assert sum(metrics["confusion"].values()) == metrics["holdout_rows"]
    required = {
        "f1", "roc_auc", "average_precision", "brier", "log_loss", "expected_calibration_error", "constant_f1",
        "best_single_feature_f1", "limit_f1", "limit_roc_auc", "holdout_rows",
    }  # fmt: skip
    assert required <= set(metrics)
    card = (folder / "model_card.md").read_text()
    assert f"**{metrics['f1']:.4f}**" in card
    assert "`impulse_buying_score`, `stress_from_financial_decisions`" in card
    assert "`cart_abandonment_rate >= 30 percent`" in card


def test_a_changed_file_is_refused(twin_csv: Path, tmp_path: Path) -> None:
    folder = tmp_path / run(job(twin_csv, tmp_path)).version
    (folder / "metrics.json").write_text("{}")
    with pytest.raises(Exception, match="does not have the checksum"):
        package.read(folder)


def test_what_is_served_must_be_what_was_evaluated(prepared: Prepared, twin_csv: Path, tmp_path: Path) -> None:
    artefact = run(job(twin_csv, tmp_path)).artefact
    candidate = train(prepared, "logistic", 0)
    package.check_served_alike(artefact, prepared, candidate)
    twisted = dataclasses.replace(candidate, calibration=calibrate.fit_sigmoid(BOTH, np.array([0.5, 0.5])))
    with pytest.raises(PublishRefused, match="differs from training"):
        package.check_served_alike(artefact, prepared, twisted)


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


def test_every_measure_stands_beside_both_baselines(prepared: Prepared) -> None:
    best = single_feature_aucs(prepared.train, prepared.recipe.feature_names)[0]
    found = baseline_measures(best, prepared.train, prepared.validation, prepared.holdout)
    measures = set(Ranking(BOTH, np.array([0.2, 0.8]), 0.5).measures())
    for prefix in ("constant", "best_single_feature"):
        assert {f"{prefix}_{name}" for name in measures} <= set(found)
    share = prepared.holdout.labels.mean()
    assert found["constant_f1"] == pytest.approx(2 * share / (1 + share))
    assert (found["constant_recall"], found["constant_roc_auc"]) == (1.0, 0.5)
    assert found["best_single_feature_f1"] == pytest.approx(0.947, abs=0.02)
    assert found["best_single_feature_roc_auc"] == pytest.approx(0.984, abs=0.01)


def test_ties_go_to_the_simpler_family(prepared: Prepared) -> None:
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


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_calibration_rises_and_stays_a_probability(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.random(int(rng.integers(50, 400)))
    labels = (rng.random(len(scores)) < scores**2).astype(np.int8)
    labels[:2] = (0, 1)
    grid = np.linspace(0, 1, 300)
    for method in calibrate.METHODS.values():
        calibrated = calibrator(method(labels, scores))(grid)
        assert np.isfinite(calibrated).all()
        assert ((calibrated >= 0) & (calibrated <= 1)).all()
        if method is not calibrate.fit_sigmoid or calibrated[-1] >= calibrated[0]:
            assert (np.diff(calibrated) >= -1e-12).all()


def test_calibration_repairs_scores_that_are_too_sure() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(8_000)
    labels = (rng.random(8_000) < truth).astype(np.int8)
    odds = (truth / (1 - truth)) ** 3
    scores = odds / (1 + odds)
    chosen = calibrate.choose(labels[:4_000], scores[:4_000])
    assert chosen.name == "sigmoid"
    calibrated = calibrator(chosen.calibration)(scores[4_000:])
    assert np.abs(calibrated - truth[4_000:]).mean() < 0.02


def test_calibrated_scores_are_left_alone() -> None:
    rng = np.random.default_rng(4)
    scores = rng.random(5_000)
    labels = (rng.random(5_000) < scores).astype(np.int8)
    assert calibrate.choose(labels, scores).name == "identity"


def test_the_run_names_the_trap_before_it_trains(twin_csv: Path, tmp_path: Path) -> None:
    trap = dataclasses.replace(job(twin_csv, tmp_path), data=DataOptions(twin_csv, threshold_percent=0.3))
    with pytest.raises(DataRefused, match="minority is below 10%"):
        run(trap)
    check_balance(BOTH, 30)
    assert not list(tmp_path.iterdir())


def test_recency_counts_to_the_newest_date_of_the_data_or_to_the_given_day(twin_csv: Path, prepared: Prepared) -> None:
    assert prepared.as_of == dt.date(2027, 1, 1)
    assert prepare(DataOptions(twin_csv, as_of=dt.date(2026, 5, 1))).as_of == dt.date(2026, 5, 1)


def test_fit_seconds_leave_out_what_building_the_estimator_takes() -> None:
    # Given a family whose library is slow to import, and whose estimator fits at once
    class Quick:
        def fit(self, matrix: np.ndarray, labels: np.ndarray) -> None:
            del matrix, labels

        def get_params(self) -> dict[str, object]:
            return {}

    def slow(seed: int, parameters: Parameters) -> Quick:
        del seed, parameters
        time.sleep(0.2)
        return Quick()

    # When it is trained, then only the fit is timed
    _, seconds = Family("slow to import", 0, slow).train_timed(np.zeros((2, 1), np.float32), BOTH, 0)
    assert seconds < 0.1


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_parameter_that_a_family_does_not_have_is_named(family: str) -> None:
    with pytest.raises(TrainingError, match=f"{family} has no parameter depht; it has .*random_state"):
        FAMILIES[family].train(np.zeros((2, 1), np.float32), BOTH, 0, {"depht": 3})


def test_a_mistyped_future_date_moves_nobodys_recency(prepared: Prepared) -> None:
    # Given the same shoppers, one of whom is said to have bought in 2099
    table = prepared.report.usable.copy()
    table.loc[0, "last_purchase_date"] = (dt.date(2099, 1, 1) - EPOCH).days
    said: list[str] = []
    # When the day is chosen that recency counts to, then it is the one before the slip, and both are told
    assert newest_date(table, prepared.recipe, said.append) == prepared.as_of
    assert said[0].startswith(
        f"recency counts to {prepared.as_of}, the newest date of the data; 1 later, up to 2099-01-01"
    )


def test_dates_that_go_on_after_most_of_the_others_are_no_slips(prepared: Prepared) -> None:
    table = prepared.report.usable.copy()
    later = prepared.as_of + dt.timedelta(days=60)
    table.loc[0, "last_purchase_date"] = (later - EPOCH).days
    assert newest_date(table, prepared.recipe) == later


def test_a_calibration_is_called_what_was_fitted_though_two_are_written_down_alike() -> None:
    # Given scores whose truth leaves a sigmoid at a hinge, and too few of them for a curve of many bins
    rng = np.random.default_rng(5)
    logit = rng.normal(0, 2, 2_000)
    bent = logit + 4 * np.maximum(logit - np.log(7 / 3), 0)
    scores = 1 / (1 + np.exp(-logit))
    labels = (rng.random(2_000) < 1 / (1 + np.exp(-bent))).astype(np.int8)
    # When the calibration is chosen, then its name is that of the method, not of the table that it is written as
    chosen = calibrate.choose(labels, scores)
    assert (chosen.name, chosen.calibration.method) == ("bent sigmoid", "table")


def test_the_card_says_of_the_signal_what_was_measured() -> None:
    def limits(**importance: float) -> str:
        signals = [{"input": name, "importance": value} for name, value in importance.items()]
        return model_card._limits(RECIPE, {"signals": signals})

    # Given one input that carries nearly all the signal, from a questionnaire
    few = limits(impulse_buying_score=0.2, age=0.002, income_level=0.001, household_size=-0.001)
    assert "`impulse_buying_score`, `age`, `income_level` carry nearly all the signal: 100% of the AUC" in few
    assert "Scores such as `impulse_buying_score` come from questionnaires" in few
    # And signal that many inputs share, none of them a score
    many = limits(age=0.1, income_level=0.1, household_size=0.1, monthly_spend=0.1)
    assert "`age`, `income_level`, `household_size` carry the most signal: 75% of the AUC" in many
    assert "questionnaires" not in many
    assert "the model has learnt nothing" in limits(age=0.0)
