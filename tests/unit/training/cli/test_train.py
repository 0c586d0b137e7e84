"""`run`, `compare` and `tune`: results on the standard output, reasons on the error stream, never a traceback."""

import json
from pathlib import Path

import pytest

from tests.command_line import invoke


def test_run_prints_the_version_last_and_writes_the_summary(twin_csv: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.json"
    stdout, stderr = invoke(
        "run", "--data", twin_csv, "--out", tmp_path, "--model", "logistic", "--no-track", "--summary-json", summary
    )
    version = stdout.strip()
    written = json.loads(summary.read_text())
    assert written["model_version"] == version
    assert written["metrics"]["holdout_rows"] > 1_000
    assert {"prepare", "train", "measure"} <= set(written["steps_seconds"])
    assert "no leakage found" in stderr


def test_the_published_trap_is_refused_without_a_traceback(twin_csv: Path, tmp_path: Path) -> None:
    stdout, stderr = invoke(
        "run", "--data", twin_csv, "--out", tmp_path, "--threshold-percent", 0.3, "--no-track", code=1
    )
    assert stdout == ""
    assert "LabelRefused" in stderr
    assert "Always answering 'will abandon' scores F1" in stderr
    assert "Traceback" not in stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "x", "--model", "oracle"], "choose one of auto, network, logistic"),
        (["--out", "x", "--parameters", "p.json"], "name it with --model"),
        ([], "say where the model goes"),
    ],
)
def test_run_says_what_is_wrong_with_its_options(twin_csv: Path, arguments: list[str], message: str) -> None:
    _, stderr = invoke("run", "--data", twin_csv, *arguments, code=2)
    assert message in " ".join(stderr.replace("│", "").split())


def test_run_names_what_is_wrong_with_its_files(twin_csv: Path, tmp_path: Path) -> None:
    broken = tmp_path / "policy.yaml"
    broken.write_text("currency: USD\ngross_margin_rate: {value: 2, source: s}\n")
    _, stderr = invoke("run", "--data", twin_csv, "--out", tmp_path, "--policy", broken, code=1)
    assert "gross_margin_rate.value: input should be less than or equal to 1" in stderr
    _, stderr = invoke("run", "--data", tmp_path / "none.csv", "--out", tmp_path, "--no-track", code=1)
    assert "there is no file" in stderr
    broken.write_text("[1]")
    run = ("run", "--data", twin_csv, "--out", tmp_path, "--model", "mlp", "--parameters", broken)
    assert "must hold one JSON object" in invoke(*run, code=1)[1]


def test_run_uses_the_given_parameters(small_csv: Path, tmp_path: Path) -> None:
    parameters = tmp_path / "p.json"
    parameters.write_text('{"hidden_layer_sizes": [4], "max_iter": 20}')
    run = ("run", "--data", small_csv, "--out", tmp_path, "--no-track", "--model", "mlp", "--parameters", parameters)
    version = invoke(*run)[0].strip()
    assert (tmp_path / version / "model.onnx").stat().st_size < 4_000


def test_compare_prints_the_chosen_family(small_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.models.compare.MOST_ROWS", 600)
    monkeypatch.setattr("training.models.teacher.MOST_COPIES", 1)
    monkeypatch.setattr("training.models.pupil.LESSONS", 1)
    stdout, stderr = invoke("compare", "--data", small_csv, "--folds", 0)
    assert stdout.strip() in stderr
    assert f"{stdout.strip()} (chosen)" in stderr


def test_tune_prints_parameters_that_run_accepts(
    small_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.models.tune.MOST_ROWS", 300)
    storage, out = tmp_path / "study.db", tmp_path / "best.json"
    stdout, _ = invoke("tune", "--data", small_csv, "--trials", 1, "--storage", storage, "--out", out)
    assert json.loads(stdout) == json.loads(out.read_text())
