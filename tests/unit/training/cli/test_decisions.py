"""`simulate`, `ground-truth` and `experiment` say what offers earn."""

from pathlib import Path

import pytest

from tests.command_line import invoke


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
