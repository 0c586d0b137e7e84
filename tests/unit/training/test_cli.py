"""The command line: results on the standard output, reasons on the error stream, never a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from training.cli import app

HEAVY = ("sklearn", "mlflow", "optuna", "lightgbm", "matplotlib", "statsmodels", "pandas", "onnx", "skl2onnx", "boto3")


def invoke(*arguments: object, code: int = 0) -> tuple[str, str]:
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert outcome.exit_code == code, outcome.output
    return outcome.stdout, " ".join(outcome.stderr.split())


@pytest.fixture(scope="module")
def artefact(twin_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cli")
    stdout, _ = invoke("run", "--data", twin_csv, "--out", out, "--model", "logistic", "--no-track")
    return out / stdout.strip().splitlines()[-1]


def test_help_imports_no_heavy_library() -> None:
    program = (
        "import sys; from training.cli import app; app(['--help'], standalone_mode=False);"
        f"sys.exit(','.join(name for name in {HEAVY} if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_sample_writes_the_asked_rows_and_prints_the_path(tmp_path: Path) -> None:
    path = tmp_path / "new" / "twin.csv"
    stdout, stderr = invoke("sample", "--rows", 250, "--seed", 3, "--country", "USA", "--out", path)
    assert stdout == f"{path}\n"
    assert "wrote 250 rows (country USA, seed 3)" in stderr
    assert len(path.read_text().splitlines()) == 251


def test_sample_refuses_an_unknown_country(tmp_path: Path) -> None:
    _, stderr = invoke("sample", "--country", "Atlantis", "--out", tmp_path / "t.csv", code=2)
    assert "choose one of USA, Canada" in stderr.replace("│", "").replace("  ", " ")


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
    stdout, stderr = invoke("run", "--data", twin_csv, "--out", tmp_path, "--threshold-percent", 0.3, code=1)
    assert stdout == ""
    assert "LabelRefused" in stderr
    assert "Always answering 'will abandon' scores F1" in stderr
    assert "Traceback" not in stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "x", "--model", "oracle"], "choose one of auto, logistic"),
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
    assert "gross_margin_rate.value: Input should be less than or equal to 1" in stderr
    _, stderr = invoke("run", "--data", tmp_path / "none.csv", "--out", tmp_path, code=1)
    assert "there is no file" in stderr
    broken.write_text("[1]")
    run = ("run", "--data", twin_csv, "--out", tmp_path, "--model", "mlp", "--parameters", broken)
    assert "must hold one JSON object" in invoke(*run, code=1)[1]


def test_run_uses_the_given_parameters(twin_csv: Path, tmp_path: Path) -> None:
    parameters = tmp_path / "p.json"
    parameters.write_text('{"hidden_layer_sizes": [4], "max_iter": 20}')
    run = ("run", "--data", twin_csv, "--out", tmp_path, "--no-track", "--model", "mlp", "--parameters", parameters)
    version = invoke(*run)[0].strip()
    assert (tmp_path / version / "model.onnx").stat().st_size < 4_000


def test_check_reports_and_strict_refuses(twin_csv: Path) -> None:
    stdout, stderr = invoke("check", "--data", twin_csv, "--as-of", "2027-01-01", "--strict")
    assert stdout == "0 findings\n"
    assert "6,000 rows read, 6,000 usable" in stderr
    _, stderr = invoke("check", "--data", twin_csv, "--as-of", "2026-01-01", "--strict", code=1)
    assert "future date: last_purchase_date" in stderr


def test_signals_writes_tables_and_plots(twin_csv: Path, tmp_path: Path) -> None:
    _, stderr = invoke("signals", "--data", twin_csv, "--out", tmp_path / "signals")
    assert "impulse_buying_score" in stderr
    lines = (tmp_path / "signals" / "signals.csv").read_text().splitlines()
    assert lines[0] == "input,correlation,mutual_information,importance"
    assert len(lines) == 39
    assert len(list((tmp_path / "signals").glob("*.png"))) == 5


def test_compare_prints_the_chosen_family(twin_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.models.compare.MOST_ROWS", 600)
    stdout, stderr = invoke("compare", "--data", twin_csv, "--folds", 0)
    assert stdout.strip() in stderr
    assert f"{stdout.strip()} (chosen)" in stderr


def test_simulate_prints_the_margin_of_the_budget(artefact: Path, twin_csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "offers.csv"
    stdout, stderr = invoke("simulate", "--budget", 500, "--data", twin_csv, "--artefact", artefact, "--out", out)
    assert float(stdout) > 0
    assert "without a budget" in stderr
    assert "discount_10 for everyone" in stderr
    assert len(out.read_text().splitlines()) == 6_001


def test_ground_truth_shows_the_policy_beside_the_best(artefact: Path) -> None:
    _, stderr = invoke("ground-truth", "--artefact", artefact, "--rows", 2_000)
    assert "2,000 simulated shoppers" in stderr


def test_decisions_need_a_model(twin_csv: Path) -> None:
    _, stderr = invoke("simulate", "--budget", 5, "--data", twin_csv, code=2)
    assert "--artefact FOLDER or --bucket" in " ".join(stderr.replace("│", "").split())


def test_experiments_are_sized_and_analysed(tmp_path: Path) -> None:
    stdout, _ = invoke("experiment", "size", "--baseline", 0.05, "--lift", 0.01)
    assert int(stdout) == pytest.approx(16_286, abs=4)
    path = tmp_path / "ab.csv"
    lines = [f"{arm},{int(i % of == 0)}" for arm, of in (("control", 20), ("new", 10)) for i in range(1_000)]
    path.write_text("arm,outcome\n" + "\n".join(lines) + "\n")
    stdout, stderr = invoke("experiment", "analyse", path)
    assert float(stdout) == pytest.approx(0.05)
    assert "sample ratio: as planned" in stderr
    _, stderr = invoke("experiment", "analyse", path, "--share", 0.1, code=1)
    assert "NOT as planned" in stderr


def test_tune_prints_parameters_that_run_accepts(
    twin_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.models.tune.MOST_ROWS", 300)
    storage, out = tmp_path / "study.db", tmp_path / "best.json"
    stdout, _ = invoke("tune", "--data", twin_csv, "--trials", 1, "--storage", storage, "--out", out)
    assert json.loads(stdout) == json.loads(out.read_text())
