from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cdk.local import demo, ministack, model, paths, up
from cdk.local.processes import CommandError
from cdk.local.steps import StepFailed


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A checkout in which training refuses every table, and no local AWS may be started; the commands that were run."""
    commands: list[list[str]] = []

    def run_logged(command: list[str], **options: Any) -> None:
        commands.append(command[3:])
        raise CommandError("line 3: there is no column Umsatz", options["log"])

    monkeypatch.setattr(model, "run_logged", run_logged)
    monkeypatch.setattr(ministack, "running", lambda _: pytest.fail("a local AWS was started"))
    monkeypatch.setattr(ministack, "start", lambda _: pytest.fail("a local AWS was started"))
    monkeypatch.setattr(paths, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(up, "UP_FOLDER", tmp_path / "up")
    monkeypatch.setattr(up, "UP_LOCK", tmp_path / "up.lock")
    monkeypatch.setattr(up.UpRecord, "find", lambda: None)
    return commands


@pytest.mark.parametrize("command", [demo.run, up.up])
def test_a_table_that_cannot_be_trained_on_is_told_before_anything_is_deployed(
    command: Any, refused: list[list[str]]
) -> None:
    for shop, options in ((Path("shop.yaml"), ["--shop", "shop.yaml"]), (None, [])):
        with pytest.raises(StepFailed, match="line 3: there is no column Umsatz") as failed:
            command(Path("customers.csv"), Console(file=io.StringIO()), shop)

        assert failed.value.step == "Checking customers.csv"
        assert refused.pop() == ["check", "--data", "customers.csv", *options]
