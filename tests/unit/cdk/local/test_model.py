from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cdk.local import model
from cdk.local.model import TrainedModel, TrainingCli


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments of the training job's command line, which writes the summary that it is asked for."""
    given: list[list[str]] = []

    def run_logged(command: list[str], **options: Any) -> None:
        assert command[:3] == [sys.executable, "-m", "training"]
        assert (options["env"], options["log"].name) == ({"AWS_REGION": "x"}, "training.log")
        given.append(command[3:])
        if "--summary-json" in command:
            summary = Path(command[command.index("--summary-json") + 1])
            summary.write_text(json.dumps({"model_version": "v1", "metrics": {"f1": 0.7}}))

    monkeypatch.setattr(model, "run_logged", run_logged)
    return given


@pytest.fixture
def cli(tmp_path: Path) -> TrainingCli:
    return TrainingCli({"AWS_REGION": "x"}, tmp_path)


def test_a_model_is_what_the_summary_of_its_training_says(cli: TrainingCli, commands: list[list[str]]) -> None:
    trained = cli.run(Path("shoppers.csv"), "registry", "--model", "logistic")

    assert trained == TrainedModel("v1", {"f1": 0.7})
    assert commands[0][:5] == ["run", "--data", "shoppers.csv", "--bucket", "registry"]
    assert commands[0][-2:] == ["--model", "logistic"]


def test_a_shop_file_goes_with_its_table(cli: TrainingCli, commands: list[list[str]]) -> None:
    cli.check(Path("customers.csv"))
    cli.check(Path("customers.csv"), Path("shop.yaml"))
    cli.run(Path("customers.csv"), "registry", shop=Path("shop.yaml"))

    assert commands[:2] == [
        ["check", "--data", "customers.csv"],
        ["check", "--data", "customers.csv", "--shop", "shop.yaml"],
    ]
    assert commands[2][:7] == ["run", "--data", "customers.csv", "--shop", "shop.yaml", "--bucket", "registry"]


def test_a_promotion_keeps_the_gates_unless_a_reason_is_given(cli: TrainingCli, commands: list[list[str]]) -> None:
    cli.promote("v1", "registry")
    cli.promote("v2", "registry", in_spite_of_gates_because="a rehearsal")
    cli.rollback("registry")

    assert commands == [
        ["promote", "--bucket", "registry", "v1"],
        ["promote", "--bucket", "registry", "--force", "--why", "a rehearsal", "v2"],
        ["rollback", "--bucket", "registry"],
    ]


def test_a_sample_is_where_it_was_asked_for(cli: TrainingCli, commands: list[list[str]], tmp_path: Path) -> None:
    assert cli.sample(tmp_path / "twin.csv", rows=10, seed=3, country="USA") == tmp_path / "twin.csv"

    assert commands == [
        ["sample", "--rows", "10", "--seed", "3", "--country", "USA", "--out", str(tmp_path / "twin.csv")]
    ]
